import { checkConnection } from './check-connection.ts';
import { checkSettings } from './check-settings.ts';
import { checkTemplate } from './check-template.ts';
import { concurrencyCeiling } from './connection.ts';
import type { Dataset } from './dataset.ts';
import type { Draft } from './draft.ts';
import { plannedRequests } from './plan.ts';
import { problem, type Hint, type Problem } from './problem.ts';
import { textsOf, type PromptTemplate } from './prompt.ts';
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
}

/** Every problem of a draft at once, and the run it stands for where there is none. `dataset` is the one it names. */
export function checkDraft(draft: Draft, dataset: Dataset | null): DraftCheck {
	const problems: Problem[] = [];
	const hints: Hint[] = [];

	const connection = checkConnection(draft, problems);
	const models = draft.models.map((model) => model.trim()).filter((model) => model !== '');
	if (models.length === 0) problems.push(problem('model', 'Name a model.'));
	models.forEach((model, i) => {
		if (models.indexOf(model) < i)
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

	const rows = dataset === null ? 1 : dataset.rowCount;
	const size = { templates: templates.length, rows, models: models.length };
	const blocked = problems.length > 0 || connection === null || settings === null || other === null;
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
	};
}

/** A name for a run that was given none: its data, else the first words of its prompt. */
function nameFor(dataset: Dataset | null, templates: readonly PromptTemplate[]): string {
	if (dataset !== null) return dataset.name.replace(/\.[a-z0-9]{1,5}$/i, '');
	const words = templates[0] === undefined ? '' : textsOf(templates[0]).join(' ').trim();
	return words === '' ? 'Untitled run' : words.replace(/\s+/g, ' ').slice(0, 40);
}
