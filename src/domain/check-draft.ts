import { checkConnection } from './check-connection.ts';
import { checkSettings } from './check-settings.ts';
import { checkTemplate } from './check-template.ts';
import { concurrencyCeiling } from './connection.ts';
import type { Dataset } from './dataset.ts';
import type { Draft } from './draft.ts';
import { plainPlan, type PlanRules } from './plain-plan.ts';
import { plannedRequests, type PlanSize } from './plan.ts';
import { problem, type Hint, type Problem } from './problem.ts';
import { textsOf, type PromptTemplate } from './prompt.ts';
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
	/** How many requests are made of each, where an endpoint answers but once a request; left out: one. */
	readonly repeats?: number;
	/** Template i goes with row i alone. */
	readonly paired: boolean;
	/** How many rows the data has; where fewer are chosen, `rows` says how many. */
	readonly rowsInData: number;
	/** Whether the rows and the models have been counted; `rows` and `requests` are a guess until then. */
	readonly counted: boolean;
	/** The column that names each row's model; null: none does. */
	readonly modelColumn: string | null;
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
	const typedModels = draft.models.map((model) => model.trim()).filter((model) => model !== '');
	const plan =
		rules?.checkPlan(draft, dataset, scan, typedModels, problems, hints) ??
		plainPlan(draft, dataset, typedModels);
	const { choice, rows, counted, models, modelColumn, modelParameters, bindings, paired } = plan;
	const isNamedByRows = modelColumn !== null && scan?.models.includes('') === false;
	if (typedModels.length === 0 && !isNamedByRows) problems.push(problem('model', 'Name a model.'));
	typedModels.forEach((model, i) => {
		if (typedModels.indexOf(model) < i)
			problems.push(problem('model', `Model “${model}” is listed twice.`, i));
	});

	const templates = draft.templates.map((template, i) =>
		checkTemplate(draft.endpoint, template, i, dataset, problems, hints),
	);
	const idColumn = dataset?.columns.some(({ name }) => name === draft.idColumn)
		? draft.idColumn
		: null;
	const { settings, other } = checkSettings(draft.settings, problems);
	if (connection !== null && settings !== null) {
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
					parameters: {
						completionsPerPrompt: settings.completionsPerPrompt,
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
				},
		problems,
		hints,
		templates: size.templates,
		rows,
		models: size.models,
		requests: plannedRequests(size),
		paired,
		rowsInData: dataset?.rowCount ?? 1,
		counted,
		modelColumn,
	};
}

/** A name for a run that was given none: its data, else the first words of its prompt. */
function nameFor(dataset: Dataset | null, templates: readonly PromptTemplate[]): string {
	if (dataset !== null) return dataset.name.replace(/\.[a-z0-9]{1,5}$/i, '');
	const words = templates[0] === undefined ? '' : textsOf(templates[0]).join(' ').trim();
	return words === '' ? 'Untitled run' : words.replace(/\s+/g, ' ').slice(0, 40);
}
