import { mostModels, mostTemplates, tooManyModels, tooManyTemplates } from './caps.ts';
import { checkPromptsPerRequest } from './check-calls.ts';
import { checkConnection } from './check-connection.ts';
import { checkPreset } from './check-preset.ts';
import { checkSettings } from './check-settings.ts';
import { checkShareKeys } from './check-share-keys.ts';
import { checkShares } from './check-shares.ts';
import { checkTemplate } from './check-template.ts';
import type { ConnectionShare } from './connection-share.ts';
import { concurrencyCeiling } from './connection.ts';
import type { Dataset } from './dataset.ts';
import type { Draft } from './draft.ts';
import type { JsonObject } from './json.ts';
import { plainPlan, type PlanRules } from './plain-plan.ts';
import { plannedCalls, plannedRequests, type PlanSize } from './plan.ts';
import { problem, type Hint, type Problem } from './problem.ts';
import { textsOf, type PromptTemplate } from './prompt.ts';
import { repeatsOf } from './repeats.ts';
import type { RowScan } from './row-scan.ts';
import type { RunSetup } from './run.ts';

export interface DraftCheck {
	/** What Start would run; null while there are problems. */
	readonly setup: RunSetup | null;
	readonly problems: readonly Problem[];
	readonly hints: readonly Hint[];
	/** The factors of "2 templates × 150 rows × 1 model". */
	readonly templates: number;
	readonly rows: number;
	readonly models: number;
	readonly requests: number;
	/** How many requests are made of each, where an endpoint answers but once a request. */
	readonly repeats: number;
	/** Template i goes with row i alone. */
	readonly paired: boolean;
	/** How many rows the data has; where fewer are chosen, `rows` says how many. */
	readonly rowsInData: number;
	/** Whether the rows and the models have been counted; `rows` and `requests` are a guess until then. */
	readonly counted: boolean;
	/** The column that names each row's model; null: none does. */
	readonly modelColumn: string | null;
	/** The connections that share them, as far as they are right; empty where there is one. */
	readonly shares: readonly ConnectionShare[];
	/** The calls that these travel in, where none has to be sent again. */
	readonly calls: number;
	/** Whether they may be more: only those share a call that send the same to one connection, and the rows decide how many do. */
	readonly callsAtLeast: boolean;
}

/**
 * Every problem of a draft at once, and the run it stands for where there is none. `dataset` is the one it names, `scan`
 * what a look through its rows has found for `rowQueryOf` this draft; null: nothing yet. Where the run depends on that, or on
 * `rules` that are not there yet, there is none.
 */
export function checkDraft(
	draft: Draft,
	dataset: Dataset | null,
	scan: RowScan | null = null,
	rules: PlanRules | null = null,
): DraftCheck {
	const problems: Problem[] = [];
	const hints: Hint[] = [];

	const connection = checkConnection(draft, problems);
	checkPreset(draft, hints);
	const typedModels = draft.models.map((model) => model.trim()).filter((model) => model !== '');
	const plan =
		rules?.checkPlan(draft, dataset, scan, typedModels, problems, hints) ??
		plainPlan(draft, dataset, typedModels);
	const { choice, rows, counted, models, modelColumn, modelParameters, bindings, paired } = plan;
	const isNamedByRows = modelColumn !== null && scan?.models.includes('') === false;
	if (typedModels.length === 0 && !isNamedByRows) problems.push(problem('model', 'Name a model.'));
	if (typedModels.length > mostModels)
		problems.push(problem('model', tooManyModels(typedModels.length), mostModels));
	typedModels.forEach((model, i) => {
		if (typedModels.indexOf(model) < i)
			problems.push(problem('model', `Model “${model}” is listed twice.`, i));
	});

	const shares = checkShares(draft, connection, models, problems);
	checkShareKeys(draft, hints);

	const drafted = draft.templates.length;
	if (drafted > mostTemplates)
		problems.push(problem('template', tooManyTemplates('There are', drafted), mostTemplates));
	const templates = draft.templates.map((template, i) =>
		checkTemplate(draft.endpoint, template, i, dataset, problems, hints),
	);
	const idColumn = dataset?.columns.some(({ name }) => name === draft.idColumn)
		? draft.idColumn
		: null;
	const { settings, other: typed } = checkSettings(draft.settings, draft, problems);
	const other = (rules?.parameters.check ?? withoutRules)(draft, typed, problems, hints);
	// A number of completions that is none would make as odd a number of requests.
	const repeats = settings === null ? 1 : repeatsOf(draft);
	const perCall = checkPromptsPerRequest(draft.endpoint, draft.settings, problems);
	// Of several connections each has a ceiling of its own, and together they carry more.
	if (connection !== null && settings !== null && shares.length === 0) {
		const ceiling = concurrencyCeiling(connection);
		if (settings.maxConcurrency > ceiling.max)
			hints.push({
				field: 'maxConcurrency',
				index: 0,
				message:
					ceiling.reason === 'http1'
						? 'At most 6 at once are sent here: browsers open no more than 6 connections to an http:// address.'
						: `At most ${String(ceiling.max)} at once are sent: browsers carry no more on one connection.`,
			});
	}

	const size: PlanSize = {
		templates: templates.length,
		rows,
		models: modelColumn === null ? models.length : 1,
		paired,
		repeats,
	};
	const blocked =
		problems.length > 0 || connection === null || settings === null || other === null || !counted;
	return {
		setup: blocked
			? null
			: {
					name: draft.name.trim() || nameFor(dataset, templates),
					connection,
					endpoint: draft.endpoint,
					models,
					templates,
					datasetId: dataset?.id ?? null,
					rowCount: rows,
					idColumn,
					...(choice === null || choice.kind === 'all' ? {} : { rows: choice }),
					...(paired ? { pairing: 'pair' } : {}),
					...(modelParameters === undefined ? {} : { modelParameters }),
					...(bindings.length === 0 ? {} : { bindings }),
					...(repeats > 1 ? { repeats } : {}),
					parameters: {
						completionsPerPrompt: repeats > 1 ? 1 : settings.completionsPerPrompt,
						temperature: draft.settings.temperature,
						maxTokens: draft.settings.maxTokens,
						other,
					},
					limits: {
						maxConcurrency: settings.maxConcurrency,
						maxRetries: settings.maxRetries,
						timeoutSeconds: settings.timeoutSeconds,
						requestsPerMinute: draft.settings.requestsPerMinute ?? null,
						tokensPerMinute: draft.settings.tokensPerMinute ?? null,
					},
					...(shares.length === 0 ? {} : { shares }),
					...(perCall === null || perCall === 1 ? {} : { promptsPerRequest: perCall }),
					...(typeof draft.settings.contextWindow === 'number'
						? { contextWindow: draft.settings.contextWindow }
						: {}),
				},
		problems,
		hints,
		templates: size.templates,
		rows,
		models: size.models,
		requests: plannedRequests(size),
		repeats,
		paired,
		rowsInData: dataset?.rowCount ?? 1,
		counted,
		modelColumn,
		shares,
		calls: plannedCalls(plannedRequests(size), size.models, perCall ?? 1),
		callsAtLeast: (perCall ?? 1) > 1 && (bindings.length > 0 || shares.length > 1),
	};
}

/** The parameters of a draft that names none of them, and whose endpoint takes them as they are typed. */
function withoutRules(
	{ endpoint, settings }: Draft,
	typed: JsonObject | null,
	problems: Problem[],
): JsonObject | null {
	if (endpoint !== 'responses' && (settings.parameters ?? []).length === 0) return typed;
	problems.push(
		problem(
			'parameter',
			'The list of parameters is still loading. If it stays so, reload the page.',
		),
	);
	return null;
}

/** A name for a run that was given none: its data, else the first words of its prompt. */
function nameFor(dataset: Dataset | null, templates: readonly PromptTemplate[]): string {
	if (dataset !== null) return dataset.name.replace(/\.[a-z0-9]{1,5}$/i, '');
	const words = templates[0] === undefined ? '' : textsOf(templates[0]).join(' ').trim();
	return words === '' ? 'Untitled run' : words.replace(/\s+/g, ' ').slice(0, 40);
}
