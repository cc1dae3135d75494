import type { EngineApi, EngineEvent, RunRefusal } from '#contract/engine-api.ts';
import { checkConnection } from '#domain/check-connection.ts';
import { originsOf, type Connection, type Provider } from '#domain/connection.ts';
import type { Dataset } from '#domain/dataset.ts';
import { checkDraft } from '#domain/check-draft.ts';
import { connectionPart } from '#domain/connection-fields.ts';
import { draftOf, emptyDraft, type Draft, type TemplateDraft } from '#domain/draft.ts';
import { keyOwner } from '#domain/presets.ts';
import { originsOfRun } from '#domain/shared-setup.ts';
import { problem, type Field, type Problem } from '#domain/problem.ts';
import type { ReadingOptions } from '#domain/reading-options.ts';
import type { Result } from '#domain/result.ts';
import type { PlanRules } from '#domain/plain-plan.ts';
import { everyRow, type ChosenRows } from '#domain/chosen-rows.ts';
import type { RunSetup } from '#domain/run.ts';
import { freeName } from '#domain/run-list.ts';
import type { SavedConnection } from '#domain/saved-connection.ts';
import { withSaved } from './connection-edits.ts';
import { ConnectionTestState } from './connection-test.svelte.ts';
import { isSetupName } from '#domain/setup-name.ts';
import { DataState } from './data.svelte.ts';
import { DatasetList } from './dataset-list.svelte.ts';
import {
	likelyIdColumn,
	withProvider,
	withSuggestedModel,
	withTemplate,
	withTemplatesImported,
} from './draft-edits.ts';
import { draftOrigin } from './draft-origin.ts';
import {
	atModelField,
	fieldKey,
	filledFields,
	inPageOrder,
	isOfTemplate,
	ofTouched,
} from './draft-problems.ts';
import { DraftSaver } from './draft-saver.ts';
import { withoutNaN } from './draft-numbers.ts';
import { KeyRing } from './keys.svelte.ts';
import { ModelNotesState } from './model-notes.svelte.ts';
import { NetworkState } from './network.svelte.ts';
import { pageClock, type PageClock } from './page-clock.ts';
import { PromptCheckState } from './prompt-check.svelte.ts';
import { PreviewState } from './preview.svelte.ts';
import type { TakeOver } from './template-files.ts';
import { TemplatePages } from './template-pages.svelte.ts';
import { remembered, type Remembered } from './remembered.ts';
import { RowLook } from './row-look.svelte.ts';
import { isReplaceable, type Sample } from './samples.ts';
import { SavedConnectionsState } from './saved-connections.svelte.ts';
import { overData } from './setup-data.ts';
import { SetupFileState } from './setup-file.svelte.ts';
import { withoutShare, withShareAdded } from './share-edits.ts';
import { ShareKeys } from './share-key.svelte.ts';

/** What stands beneath a field. */
export interface Notes {
	readonly problems: readonly string[];
	readonly hints: readonly string[];
}

export interface ComposeNeeds {
	/** A sample as a file, as if it had been dropped; an error in words where it cannot be had. */
	readonly fetchSample: (file: string) => Promise<Result<File, string>>;
	readonly clock?: PageClock;
	/** Where this tab leaves its draft when the page goes. */
	readonly left?: Remembered;
	/** What the page does not open with; left out: drafts that need them are no run. */
	readonly loadRules?: () => Promise<PlanRules>;
}

/** A run being composed. The draft is replaced, never changed in place, so that it can cross to the worker as it is. */
export class ComposeState {
	readonly #api: EngineApi;
	readonly #needs: ComposeNeeds;
	readonly #saver: DraftSaver;
	readonly data: DataState;
	readonly datasets: DatasetList;
	readonly keys: KeyRing;
	readonly shareKeys: ShareKeys;
	readonly modelNotes: ModelNotesState;
	readonly preview: PreviewState;
	readonly templatePages = new TemplatePages();
	/** What looks and changes nothing: the answer is of whoever asks. */
	readonly looks: Pick<EngineApi, 'previewRequest' | 'readRows' | 'readSmallTable'>;
	readonly rowLook: RowLook;
	readonly connectionTest: ConnectionTestState;
	readonly savedConnections: SavedConnectionsState;
	readonly promptCheck: PromptCheckState;
	readonly setupFile: SetupFileState;
	readonly network = new NetworkState();

	draft = $state.raw<Draft>(emptyDraft);
	/** False until the stored draft was looked for. */
	ready = $state.raw(false);
	starting = $state.raw(false);
	/** Nothing that needs the engine works any more. */
	broken = $state.raw(false);
	/** Start was pressed while there were problems: every problem shows from then on. */
	attempted = $state.raw(false);
	refusal = $state.raw<RunRefusal | null>(null);
	/** Null until they are loaded, which begins when the page opens. */
	#rules = $state.raw<PlanRules | null>(null);
	#rulesFailed = $state.raw(false);
	readonly #rulesLoaded: Promise<void>;
	#touched = $state.raw<readonly string[]>([]);
	/** What the person chose, also while the data has no such column; undefined: nothing yet. */
	#idColumnChosen: string | null | undefined;
	/** Made before the stored draft was back, which they are made in once more. */
	#early: ((draft: Draft) => Draft)[] = [];
	/** Settles once the stored draft is back: data chosen before then belongs in that draft. */
	#restored: Promise<void> = Promise.resolve();

	readonly origin: string | null = $derived(draftOrigin(this.draft));
	/** What the data is to be looked through for. */
	readonly #rowQuery = $derived.by(
		() => this.#rules?.rowQueryOf(this.draft, this.data.dataset) ?? null,
	);
	readonly #scan = $derived.by(() =>
		this.rowLook.scanOf(this.data.dataset?.id ?? null, this.#rowQuery),
	);
	readonly check = $derived.by(() =>
		checkDraft(this.draft, this.data.dataset, this.#scan, this.#rules),
	);
	readonly #rowsDraft = $derived(this.draft.rows);
	/** Null while they are counted, and where they cannot be told. */
	readonly chosenRows: ChosenRows | null = $derived.by(() => {
		const { dataset } = this.data;
		if (dataset === null) return null;
		return this.#rules === null
			? everyRow(dataset.rowCount)
			: this.#rules.chosenRowsOf(this.#rowsDraft, dataset, this.#scan);
	});
	/** Where the draft's requests would go; null while that cannot be told. */
	readonly connection: Connection | null = $derived(checkConnection(this.draft, []));
	/** Its own and the further ones; null while one cannot be told. */
	readonly connections: readonly (Connection | null)[] = $derived.by(() => [
		this.connection,
		...(this.draft.shares ?? []).map((share) => checkConnection(share, [])),
	]);
	/** Where it would send to and this tab cannot, before it is reloaded. */
	readonly lockedOut: readonly string[] = $derived.by(() =>
		this.network.lockedOut(originsOf(this.connections)),
	);
	readonly needsKey: boolean = $derived.by(
		() =>
			this.connection?.usesKey === true &&
			this.origin !== null &&
			!this.keys.hasFor(this.origin) &&
			!this.keys.isLocked(this.origin),
	);
	readonly problems: readonly Problem[] = $derived.by(() => {
		const found = this.check.problems.map((one) => atModelField(this.draft, one));
		const refusedKey = this.keys.problemFor(this.origin);
		if (refusedKey !== null) found.push(problem('apiKey', refusedKey));
		else if (this.needsKey)
			found.push(
				problem(
					'apiKey',
					`Type an API key of ${keyOwner(this.draft)}. Or choose Demo, which needs none.`,
				),
			);
		found.push(...this.#missingShareKeys);
		if (this.lockedOut.length > 0)
			found.push(problem('network', 'Unlock this tab for where the requests are to go.'));
		if (this.data.reading !== null)
			found.push(problem('dataFiles', 'The data is still being read. Wait for it, or cancel it.'));
		// A run could not be watched, paused or stopped either.
		if (this.#rulesFailed)
			found.push(
				problem('rows', 'A part of this page could not be loaded. Reload it once you are online.'),
			);
		if (this.rowLook.failure !== null && !this.check.counted)
			found.push(problem('rows', `The rows could not be counted: ${this.rowLook.failure}.`));
		if (this.promptCheck.noneFits) found.push(noPromptFits(this.promptCheck.check?.window ?? 0));
		return inPageOrder(found);
	});
	/** Of further connections where what is typed can be no key, or that cannot go without one; the draft's own origin is asked for at its own field. */
	readonly #missingShareKeys: readonly Problem[] = $derived.by(() =>
		(this.draft.shares ?? []).flatMap((share, i) => {
			const origin = draftOrigin(share);
			const refused = this.shareKeys.problemAt(i);
			if (refused !== null) return [problem('shareApiKey', refused, i + 1)];
			const usesKey = checkConnection(share, [])?.usesKey ?? false;
			if (!usesKey || origin === null || this.keys.hasFor(origin)) return [];
			if (this.keys.isLocked(origin)) return [];
			if (origin === this.origin) return [];
			const message = `Type an API key of ${keyOwner(share)} for connection ${String(i + 2)}.`;
			return [problem('shareApiKey', message, i + 1)];
		}),
	);
	readonly #shown: readonly Problem[] = $derived(
		this.attempted ? this.problems : ofTouched(this.problems, this.#touched),
	);
	/** Nothing of a run stands there yet. */
	readonly untouched: boolean = $derived.by(
		() =>
			this.data.dataset === null &&
			this.draft.name === '' &&
			this.draft.templates.length === 1 &&
			this.draft.templates.every(isReplaceable),
	);

	constructor(api: EngineApi, needs: ComposeNeeds) {
		this.#api = api;
		this.looks = api;
		this.#needs = needs;
		this.#saver = new DraftSaver(
			api,
			needs.clock ?? pageClock,
			needs.left ?? remembered('volley.left-draft', 'tab'),
		);
		this.data = new DataState(api);
		this.datasets = new DatasetList(api);
		this.keys = new KeyRing(api);
		this.shareKeys = new ShareKeys(this.keys);
		this.modelNotes = new ModelNotesState(api);
		this.#rulesLoaded = this.#loadRules(needs.loadRules);
		this.rowLook = new RowLook(api);
		this.preview = new PreviewState(
			this.data,
			() => this.chosenRows,
			() => this.check.paired,
		);
		this.connectionTest = new ConnectionTestState(api, () => (needs.clock ?? pageClock).now());
		this.savedConnections = new SavedConnectionsState(api);
		this.setupFile = new SetupFileState(api);
		this.promptCheck = new PromptCheckState(api, needs.clock ?? pageClock);
	}

	/** Brings back what was being written when the page was last open. */
	restore(): Promise<void> {
		const restoring = this.#restore();
		// Where it fails, there is nothing to wait for any more.
		this.#restored = restoring.catch(() => undefined);
		return restoring;
	}

	async #restore(): Promise<void> {
		const left = this.#saver.left();
		try {
			await Promise.all([this.keys.load(), this.savedConnections.load()]);
			const stored = left ?? (await this.#api.loadDraft());
			// What was written meanwhile is written into the draft that comes back.
			if (stored !== null)
				await this.#open(this.#early.reduce((draft, change) => change(draft), readable(stored)));
		} finally {
			this.ready = true;
			if (left !== null || this.#early.length > 0) this.#saver.soon(this.draft);
			this.#early = [];
		}
	}

	receive(event: EngineEvent): void {
		this.network.receive(event);
		if (event.kind === 'broken') this.broken = true;
		if (event.kind === 'keysChanged') void this.keys.load();
		this.data.receive(event);
		this.promptCheck.receive(event);
	}

	edit(change: (draft: Draft) => Draft): void {
		this.draft = change(this.draft);
		this.refusal = null;
		this.#lookAtRows();
		if (this.ready) this.#saver.soon(this.draft);
		else this.#early.push(change);
	}

	set(change: Partial<Draft>): void {
		this.edit((draft) => ({ ...draft, ...change }));
	}

	/** Null: the rows are numbered. */
	chooseIdColumn(idColumn: string | null): void {
		this.#idColumnChosen = idColumn;
		this.set({ idColumn });
	}

	/** A key being typed stays with the provider it was typed for: it is dropped. */
	setProvider(provider: Provider): void {
		this.keys.clear();
		this.edit((draft) => withProvider(draft, provider));
	}

	/** From now on the field's problems show as soon as they are there. */
	touch(field: Field, index = 0): void {
		const key = fieldKey(field, index);
		if (!this.#touched.includes(key)) this.#touched = [...this.#touched, key];
	}

	notes(field: Field, index = 0): Notes {
		const here = (note: { readonly field: Field; readonly index: number }): boolean =>
			note.field === field && note.index === index;
		return {
			problems: onceEach(this.#shown.filter(here).map(({ message }) => message)),
			hints: onceEach([
				...this.check.hints.filter(here).map(({ message }) => message),
				...(field === 'model' ? this.#modelHints(index) : []),
			]),
		};
	}

	async takeFiles(files: readonly File[], options?: ReadingOptions): Promise<void> {
		if (!this.ready) await this.#restored;
		if (this.broken) return;
		const setups = files.filter(({ name }) => isSetupName(name));
		if (setups.length > 1) this.setupFile.refuseSeveral(setups);
		else if (setups[0] !== undefined) await this.openSetup(setups[0]);
		this.#use(
			await this.data.take(
				files.filter(({ name }) => !isSetupName(name)),
				options,
			),
		);
	}

	/** Another dataset that is stored; the one before stays where it is no longer. */
	async chooseDataset(datasetId: string): Promise<void> {
		if (await this.data.restore(datasetId)) {
			const { dataset } = this.data;
			if (dataset?.id === datasetId) this.#use(dataset);
			return;
		}
		this.data.refuse('That dataset is no longer stored here. Choose its file again.');
		await this.datasets.load();
	}

	async readAgain(options: ReadingOptions): Promise<void> {
		const dataset = await this.data.readAgain(options);
		// Whoever wanted no ID column of these rows wants none however they are read.
		if (dataset !== null && this.#idColumnChosen === null) this.set({ datasetId: dataset.id });
		else this.#use(dataset);
	}

	/** Their problems show at once, as those of a draft that comes back. */
	importTemplates(templates: readonly TemplateDraft[], how: TakeOver): void {
		const before = how === 'replace' ? 0 : this.draft.templates.length;
		this.edit((draft) => withTemplatesImported(draft, templates, how));
		this.#touched = [...this.#touched, ...filledFields(this.draft).filter(isOfTemplate)];
		this.showTemplate(before);
	}

	/** Opens a template and shows it in the preview. */
	showTemplate(index: number): void {
		this.templatePages.open(index);
		this.preview.showTemplate(index);
	}

	/** What a problem is about comes onto the page. */
	reveal(field: Field, index: number): void {
		if (field === 'template') this.templatePages.open(index);
	}

	removeData(): void {
		this.data.clear();
		this.#idColumnChosen = undefined;
		this.set({ datasetId: null, idColumn: null });
	}

	/** The sample's rows, a prompt where none is written, and Demo where nothing else could answer. */
	async useSample(sample: Sample): Promise<void> {
		if (!this.ready) await this.#restored;
		if (this.broken) return;
		const { turn } = this.data;
		const file = await this.#needs.fetchSample(sample.file);
		// Other data was chosen meanwhile, or none.
		if (turn !== this.data.turn) return;
		if (!file.ok) {
			this.data.refuse(file.error);
			return;
		}
		const dataset = await this.data.take([file.value]);
		if (dataset === null) return;
		this.#use(dataset);
		if (this.draft.templates.every(isReplaceable))
			this.edit((draft) => withTemplate(draft, 0, sample.template));
		const unreachable: readonly Field[] = ['baseUrl', 'resource', 'apiVersion', 'apiKey', 'model'];
		if (this.problems.some(({ field }) => unreachable.includes(field)))
			this.edit((draft) => withSuggestedModel(draft, 'demo'));
	}

	/** Gives the typed key to the worker, once it is known where it belongs. */
	async holdTypedKey(): Promise<void> {
		if (this.draft.provider === 'demo' || this.origin === null) return;
		await this.keys.hold(this.origin);
	}

	/** The problems of where requests go show from now on. */
	touchConnection(): void {
		for (const field of ['baseUrl', 'resource', 'apiVersion'] as const) this.touch(field);
	}

	/** A key being typed stays with the connection it was typed for: it is dropped. */
	useConnection(saved: SavedConnection): void {
		this.keys.clear();
		this.edit((draft) => withSaved(draft, saved));
	}

	addShare(): void {
		this.edit(withShareAdded);
	}

	removeShare(at: number): void {
		this.shareKeys.remove(at);
		this.edit((draft) => withoutShare(draft, at));
	}

	/** Asks the endpoint whether it can be reached. False: a field is not right yet, and shows why. */
	async testConnection(): Promise<boolean> {
		const { connection } = this;
		this.touchConnection();
		const { origin } = this;
		const lacksKey = this.needsKey || this.keys.problemFor(origin) !== null;
		if (lacksKey) this.touch('apiKey');
		if (connection === null || lacksKey || this.lockedOut.length > 0) return false;
		await this.holdTypedKey();
		if (!(await this.keys.unlock(origin === null ? [] : [origin]))) return true;
		await this.connectionTest.test(connection, this.keys.heldFor(origin));
		return true;
	}

	/** Asks for the names of models where that needs nothing more: with a key that is held. */
	async lookForModels(): Promise<void> {
		// The key field may have been left just now.
		await this.keys.stored();
		if (this.connection === null || this.keys.heldFor(this.origin) === null) return;
		if (this.lockedOut.length > 0) return;
		await this.connectionTest.look(this.connection);
	}

	/** The id of the run started; null where problems stand in the way or the worker refused. */
	async start(): Promise<string | null> {
		// Pressed right after a reload, it means what was written before.
		if (!this.broken) await this.#restored;
		await this.#rulesLoaded;
		await this.rowLook.settled();
		const { setup } = this.check;
		if (this.problems.length > 0 || setup === null) {
			this.attempted = true;
			return null;
		}
		if (this.starting || this.broken) return null;
		this.starting = true;
		try {
			await this.holdTypedKey();
			await this.#saver.now();
			if (!(await this.keys.unlock(originsOfRun(setup)))) return null;
			const started = await this.#api.startRun(setup);
			if (!started.ok) {
				// Where the worker no longer holds a key that this page believed in, it is a problem of that field.
				await this.keys.load();
				this.attempted = this.problems.length > 0;
				this.refusal = this.attempted ? null : started.error;
				return null;
			}
			this.attempted = false;
			this.setupFile.dismiss();
			return started.value;
		} finally {
			this.starting = false;
		}
	}

	/** A run's setup to start from, all of it but the name: it is told apart from `taken`, those of the runs in the list. */
	async duplicate(setup: RunSetup, taken: readonly string[] = []): Promise<void> {
		this.setupFile.dismiss();
		await this.#open({
			...draftOf(setup, this.#rules?.parameters ?? null),
			name: copyName(setup.name, taken),
		});
		this.#saver.soon(this.draft);
	}

	/** A shared setup takes the place of the draft; without rows of its own it goes over the data that is here. */
	async openSetup(file: File): Promise<void> {
		if (!this.ready) await this.#restored;
		if (this.broken) return;
		const read = await this.setupFile.read(file);
		if (read === null) return;
		const before = this.draft;
		if (read.dataset === null) this.#adopt(overData(read.draft, this.data.dataset));
		else await this.#open(read.draft);
		this.#saver.soon(this.draft);
		this.setupFile.opened(file.name, read.draft, before, this.data.dataset);
	}

	/** The draft that an opened setup took the place of is back. */
	async undoOpen(): Promise<void> {
		const before = this.setupFile.takeBack();
		if (before === null) return;
		if (before.datasetId === this.draft.datasetId) this.#adopt(before);
		else await this.#open(before);
		this.#saver.soon(this.draft);
	}

	/** Everything but the connection is empty again. */
	startOver(): void {
		const { models, shares = [], tokensPerMinute = null } = this.draft;
		const connection = connectionPart(this.draft);
		this.data.clear();
		this.setupFile.dismiss();
		this.attempted = false;
		this.#idColumnChosen = undefined;
		this.#touched = [];
		this.edit(() => ({
			...emptyDraft,
			...connection,
			models,
			...(shares.length === 0 ? {} : { shares, tokensPerMinute }),
		}));
	}

	saveNow(): Promise<void> {
		return this.#saver.now();
	}

	/** The page is about to go. */
	leave(): void {
		// Before the stored one is back there is nothing else to leave.
		if (this.ready) this.#saver.leave(this.draft);
	}

	/** Whatever was kept is to be gone. */
	keepNothing(): void {
		this.#saver.stop();
	}

	/** The draft itself; the data stays. */
	#adopt(draft: Draft): void {
		this.keys.clear();
		this.shareKeys.clear();
		this.attempted = false;
		this.refusal = null;
		this.#touched = filledFields(draft);
		this.#idColumnChosen = draft.idColumn ?? undefined;
		this.draft = draft;
		this.#lookAtRows();
	}

	async #open(draft: Draft): Promise<void> {
		this.data.clear();
		this.#adopt(draft);
		if (draft.datasetId === null || (await this.data.restore(draft.datasetId))) {
			this.#lookAtRows();
			return;
		}
		if (this.draft.datasetId !== draft.datasetId) return;
		this.draft = { ...this.draft, datasetId: null, idColumn: null };
		this.data.refuse('The data of this draft is no longer stored here. Choose the file again.');
	}

	async #loadRules(load: (() => Promise<PlanRules>) | undefined): Promise<void> {
		if (load === undefined) return;
		try {
			this.#rules = await load();
			this.#lookAtRows();
		} catch {
			this.#rulesFailed = true;
		}
	}

	/** Whatever only the cells can tell of the draft is found out as soon as it is asked for. */
	#lookAtRows(): void {
		this.rowLook.want(this.data.dataset?.id ?? null, this.#rowQuery);
		this.preview.rowsChanged();
	}

	#modelHints(index: number): readonly string[] {
		const model = this.draft.models[index];
		const hint = model === undefined ? null : this.connectionTest.hintFor(this.connection, model);
		return hint === null ? [] : [hint];
	}

	#use(dataset: Dataset | null): void {
		if (dataset === null) return;
		const wanted = [this.#idColumnChosen, this.draft.idColumn];
		const kept = wanted.find((one) => dataset.columns.some(({ name }) => name === one));
		this.set({ datasetId: dataset.id, idColumn: kept ?? likelyIdColumn(dataset.columns) });
	}
}

/**
 * A stored draft as the page can show it; throws, in words, where it is none. Another version may have stored it, and one that
 * the checks break on would break the page each time that it is opened.
 */
function readable(stored: Draft): Draft {
	try {
		const draft = withoutNaN(stored);
		checkDraft(draft, null, null, null);
		// The form that is not sent is there too.
		draft.templates.forEach(isReplaceable);
		return draft;
	} catch (cause) {
		throw new Error(
			'What was being written here cannot be read: another version may have stored it. Runs are as they were.',
			{ cause },
		);
	}
}

/** Two messages of a template may give rise to the same words. */
const onceEach = (messages: readonly string[]): readonly string[] => [...new Set(messages)];

const noPromptFits = (window: number): Problem =>
	problem(
		'contextWindow',
		`No prompt fits into a context window of ${window.toLocaleString('en')} tokens. Correct the number, or shorten the prompts.`,
	);

/** A copy of a copy is not named after both: the second of "Titles" is "Copy of Titles (2)". */
const copyName = (name: string, taken: readonly string[]): string =>
	freeName(
		name.startsWith('Copy of ') ? name.replace(/ \(\d+\)$/, '') : `Copy of ${name}`.slice(0, 200),
		taken,
	);
