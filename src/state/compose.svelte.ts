import type { EngineApi, EngineEvent, RunRefusal } from '#contract/engine-api.ts';
import type { Provider } from '#domain/connection.ts';
import type { Dataset } from '#domain/dataset.ts';
import { checkDraft } from '#domain/check-draft.ts';
import { draftOf, emptyDraft, type Draft } from '#domain/draft.ts';
import { problem, type Field, type Problem } from '#domain/problem.ts';
import type { ReadingOptions } from '#domain/reading-options.ts';
import type { Result } from '#domain/result.ts';
import type { RunSetup } from '#domain/run.ts';
import { DataState } from './data.svelte.ts';
import { DatasetList } from './dataset-list.svelte.ts';
import { likelyIdColumn, withProvider, withTemplate } from './draft-edits.ts';
import { draftOrigin } from './draft-origin.ts';
import { atModelField, fieldKey, filledFields, inPageOrder } from './draft-problems.ts';
import { DraftSaver } from './draft-saver.ts';
import { withoutNaN } from './draft-numbers.ts';
import { KeyRing } from './keys.svelte.ts';
import { ModelNotesState } from './model-notes.svelte.ts';
import { pageClock, type PageClock } from './page-clock.ts';
import { PreviewState } from './preview.svelte.ts';
import { isReplaceable, type Sample } from './samples.ts';

/** What stands beneath a field. */
export interface Notes {
	readonly problems: readonly string[];
	readonly hints: readonly string[];
}

export interface ComposeNeeds {
	/** A sample as a file, as if it had been dropped; an error in words where it cannot be had. */
	readonly fetchSample: (file: string) => Promise<Result<File, string>>;
	readonly clock?: PageClock;
}

/** A run being composed. The draft is replaced, never changed in place, so that it can cross to the worker as it is. */
export class ComposeState {
	readonly #api: EngineApi;
	readonly #needs: ComposeNeeds;
	readonly #saver: DraftSaver;
	readonly data: DataState;
	readonly datasets: DatasetList;
	readonly keys: KeyRing;
	readonly modelNotes: ModelNotesState;
	readonly preview: PreviewState;

	draft = $state.raw<Draft>(emptyDraft);
	/** False until the stored draft was looked for. */
	ready = $state.raw(false);
	starting = $state.raw(false);
	/** Nothing that needs the engine works any more. */
	broken = $state.raw(false);
	/** Start was pressed while there were problems: every problem shows from then on. */
	attempted = $state.raw(false);
	refusal = $state.raw<RunRefusal | null>(null);
	#touched = $state.raw<readonly string[]>([]);
	/** Settles once the stored draft is back: data chosen before then belongs in that draft. */
	#restored: Promise<void> = Promise.resolve();

	readonly origin: string | null = $derived(draftOrigin(this.draft));
	readonly check = $derived.by(() => checkDraft(this.draft, this.data.dataset));
	readonly needsKey: boolean = $derived.by(
		() =>
			this.draft.provider === 'openai' && this.origin !== null && !this.keys.hasFor(this.origin),
	);
	readonly problems: readonly Problem[] = $derived.by(() => {
		const found = this.check.problems.map((one) => atModelField(this.draft, one));
		if (this.needsKey)
			found.push(problem('apiKey', 'Type an API key of OpenAI. Or choose Demo, which needs none.'));
		if (this.data.reading !== null)
			found.push(problem('dataFiles', 'The data is still being read. Wait for it, or cancel it.'));
		return inPageOrder(found);
	});
	readonly #shown: readonly Problem[] = $derived(
		this.attempted
			? this.problems
			: this.problems.filter(({ field, index }) => this.#touched.includes(fieldKey(field, index))),
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
		this.#needs = needs;
		this.#saver = new DraftSaver(api, needs.clock ?? pageClock);
		this.data = new DataState(api);
		this.datasets = new DatasetList(api);
		this.keys = new KeyRing(api);
		this.modelNotes = new ModelNotesState(api);
		this.preview = new PreviewState(this.data);
	}

	/** Brings back what was being written when the page was last open. */
	restore(): Promise<void> {
		const restoring = this.#restore();
		// Where it fails, there is nothing to wait for any more.
		this.#restored = restoring.catch(() => undefined);
		return restoring;
	}

	async #restore(): Promise<void> {
		await this.keys.load();
		const stored = await this.#api.loadDraft();
		// Whoever has begun to write meanwhile keeps what they wrote.
		if (stored !== null && this.draft === emptyDraft) await this.#open(withoutNaN(stored));
		this.ready = true;
	}

	receive(event: EngineEvent): void {
		if (event.kind === 'broken') this.broken = true;
		this.data.receive(event);
	}

	edit(change: (draft: Draft) => Draft): void {
		this.draft = change(this.draft);
		this.refusal = null;
		this.#saver.soon(this.draft);
	}

	set(change: Partial<Draft>): void {
		this.edit((draft) => ({ ...draft, ...change }));
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
			problems: this.#shown.filter(here).map(({ message }) => message),
			hints: this.check.hints.filter(here).map(({ message }) => message),
		};
	}

	async takeFiles(files: readonly File[], options?: ReadingOptions): Promise<void> {
		if (!this.ready) await this.#restored;
		if (this.broken) return;
		this.#use(await this.data.take(files, options));
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
		this.#use(await this.data.readAgain(options));
	}

	removeData(): void {
		this.data.clear();
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
		const unreachable: readonly Field[] = ['baseUrl', 'apiKey', 'model'];
		if (this.problems.some(({ field }) => unreachable.includes(field)))
			this.edit((draft) => withProvider({ ...draft, models: [''] }, 'demo'));
	}

	/** Gives the typed key to the worker, once it is known where it belongs. */
	async holdTypedKey(): Promise<void> {
		if (this.draft.provider === 'demo' || this.origin === null) return;
		await this.keys.hold(this.origin);
	}

	/** The id of the run started; null where problems stand in the way or the worker refused. */
	async start(): Promise<string | null> {
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
			const started = await this.#api.startRun(setup);
			if (!started.ok) {
				// Where the worker no longer holds a key that this page believed in, it is a problem of that field.
				await this.keys.load();
				this.attempted = this.problems.length > 0;
				this.refusal = this.attempted ? null : started.error;
				return null;
			}
			this.attempted = false;
			return started.value;
		} finally {
			this.starting = false;
		}
	}

	/** A run's setup to start from. */
	async duplicate(setup: RunSetup): Promise<void> {
		await this.#open(draftOf(setup));
		this.#saver.soon(this.draft);
	}

	/** Everything but the connection is empty again. */
	startOver(): void {
		const { provider, baseUrl, organization, project, models } = this.draft;
		this.data.clear();
		this.attempted = false;
		this.#touched = [];
		this.edit(() => ({ ...emptyDraft, provider, baseUrl, organization, project, models }));
	}

	saveNow(): Promise<void> {
		return this.#saver.now();
	}

	async #open(draft: Draft): Promise<void> {
		this.keys.clear();
		this.attempted = false;
		this.refusal = null;
		this.#touched = filledFields(draft);
		this.data.clear();
		this.draft = draft;
		if (draft.datasetId === null || (await this.data.restore(draft.datasetId))) return;
		if (this.draft.datasetId !== draft.datasetId) return;
		this.draft = { ...this.draft, datasetId: null, idColumn: null };
		this.data.refuse('The data of this draft is no longer stored here. Choose the file again.');
	}

	#use(dataset: Dataset | null): void {
		if (dataset === null) return;
		const { idColumn } = this.draft;
		const kept = dataset.columns.some(({ name }) => name === idColumn);
		this.set({
			datasetId: dataset.id,
			idColumn: kept ? idColumn : likelyIdColumn(dataset.columns),
		});
	}
}
