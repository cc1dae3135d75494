import {
	concurrencyCeiling,
	demoBaseUrl,
	normalizeBaseUrl,
	openAiBaseUrl,
	type Connection,
	type Endpoint,
	type Provider,
} from './connection.ts';
import type { Column, Dataset } from './dataset.ts';
import { parseOtherParameters } from './parameters.ts';
import { plannedRequests } from './plan.ts';
import { problem, type Field, type Problem } from './problem.ts';
import { textsOf, type Message, type PromptTemplate } from './prompt.ts';
import type { JsonObject } from './json.ts';
import type { RunSetup } from './run.ts';
import {
	doubledColumns,
	nearestName,
	parseTemplate,
	unnameableColumns,
	type ParsedTemplate,
} from './template.ts';

/** A template being written: both forms are kept, so that changing the endpoint loses neither. */
export interface TemplateDraft {
	readonly messages: readonly Message[];
	readonly prompt: string;
}

/** Null: the field is empty, or holds what is no number. */
export interface SettingsDraft {
	readonly completionsPerPrompt: number | null;
	readonly temperature: number | null;
	readonly maxTokens: number | null;
	readonly maxConcurrency: number | null;
	readonly maxRetries: number | null;
	readonly timeoutSeconds: number | null;
	/** Null or left out: learned. */
	readonly requestsPerMinute?: number | null;
	readonly tokensPerMinute?: number | null;
	readonly otherParameters: string;
}

/** A run being composed: the text of every field as typed, right or not. */
export interface Draft {
	readonly name: string;
	readonly provider: Provider;
	readonly baseUrl: string;
	readonly organization: string;
	readonly project: string;
	readonly models: readonly string[];
	readonly endpoint: Endpoint;
	readonly templates: readonly TemplateDraft[];
	readonly datasetId: string | null;
	readonly idColumn: string | null;
	readonly settings: SettingsDraft;
}

export const emptyTemplate: TemplateDraft = {
	messages: [
		{ role: 'system', content: '' },
		{ role: 'user', content: '' },
	],
	prompt: '',
};

export const defaultSettings: SettingsDraft = {
	completionsPerPrompt: 1,
	temperature: null,
	maxTokens: null,
	maxConcurrency: 100,
	maxRetries: 8,
	timeoutSeconds: 120,
	requestsPerMinute: null,
	tokensPerMinute: null,
	otherParameters: '',
};

export const emptyDraft: Draft = {
	name: '',
	provider: 'demo',
	baseUrl: '',
	organization: '',
	project: '',
	models: ['demo-small'],
	endpoint: 'chatCompletions',
	templates: [emptyTemplate],
	datasetId: null,
	idColumn: null,
	settings: defaultSettings,
};

/** Something worth a look that does not stand in the way of Start. */
export interface Hint {
	readonly field: Field;
	readonly index: number;
	readonly message: string;
}

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

function checkConnection(draft: Draft, problems: Problem[]): Connection | null {
	const base = (baseUrl: string): Connection => ({
		provider: draft.provider,
		baseUrl,
		organization: draft.provider === 'openai' ? draft.organization.trim() : '',
		project: draft.provider === 'openai' ? draft.project.trim() : '',
		// A compatible endpoint may go without; the worker knows whether a key is held for it.
		usesKey: draft.provider === 'openai',
	});
	if (draft.provider === 'demo') return base(demoBaseUrl);
	if (draft.provider === 'openai') return base(openAiBaseUrl);
	const normalized = normalizeBaseUrl(draft.baseUrl);
	if (normalized.ok) return base(normalized.value);
	problems.push(problem('baseUrl', normalized.error));
	return null;
}

/** The template as it would be sent: messages left empty are not sent. */
export const templateOf = (endpoint: Endpoint, draft: TemplateDraft): PromptTemplate =>
	endpoint === 'completions'
		? { kind: 'completion', text: draft.prompt }
		: {
				kind: 'chat',
				messages: draft.messages.filter(({ content }) => content.trim() !== ''),
			};

function checkTemplate(
	endpoint: Endpoint,
	draft: TemplateDraft,
	index: number,
	dataset: Dataset | null,
	problems: Problem[],
	hints: Hint[],
): PromptTemplate {
	const template = templateOf(endpoint, draft);
	const parsed = textsOf(template).map(parseTemplate);
	const title = `Template ${String(index + 1)}`;
	if (parsed.every(({ source }) => source.trim() === '')) {
		problems.push(problem('template', `${title} is empty. Write a prompt.`, index));
		return template;
	}
	const variables = [...new Set(parsed.flatMap((text) => text.variables))];
	const columns = dataset?.columns ?? [];
	const names = columns.map(({ name }) => name);
	for (const name of variables)
		if (!names.includes(name))
			problems.push(problem('template', unknownVariable(title, name, columns, dataset), index));
	if (dataset === null) return template;

	if (variables.length === 0)
		hints.push({
			field: 'template',
			index,
			message: `${title} uses no column: the same prompt is sent for every row.`,
		});
	for (const text of parsed) addBraceHints(text, title, index, names, hints);
	return template;
}

function addBraceHints(
	text: ParsedTemplate,
	title: string,
	index: number,
	names: readonly string[],
	hints: Hint[],
): void {
	const isColumn = (name: string): boolean => names.includes(name);
	for (const name of doubledColumns(text, isColumn))
		hints.push({
			field: 'template',
			index,
			message: `${title}: {{${name}}} is sent as the text {${name}}. Did you mean {${name}}?`,
		});
	for (const name of unnameableColumns(text, isColumn))
		hints.push({
			field: 'template',
			index,
			message: `${title}: {${name}} is sent as it is. A variable holds only letters, digits, spaces and _ - . after a first letter; rename the column in the file to use it.`,
		});
}

function unknownVariable(
	title: string,
	name: string,
	columns: readonly Column[],
	dataset: Dataset | null,
): string {
	if (dataset === null)
		return `${title} uses {${name}} but there is no data. Drop a CSV with a column “${name}”, or write {{${name}}} to send the braces as text.`;
	const nearest = nearestName(
		name,
		columns.map((column) => column.name),
	);
	const advice =
		nearest === null
			? `Its columns are ${columns.map((column) => column.name).join(', ')}.`
			: `Did you mean {${nearest}}?`;
	return `${title} uses {${name}} but ${dataset.name} has no such column. ${advice} To send the braces as text, write {{${name}}}.`;
}

interface CheckedSettings {
	readonly completionsPerPrompt: number;
	readonly maxConcurrency: number;
	readonly maxRetries: number;
	readonly timeoutSeconds: number;
}

function checkSettings(
	draft: SettingsDraft,
	problems: Problem[],
): { readonly settings: CheckedSettings | null; readonly other: JsonObject | null } {
	const whole = (
		field: Field,
		label: string,
		value: number | null,
		least: number,
		most: number,
	) => {
		if (value !== null && Number.isInteger(value) && value >= least && value <= most) return value;
		const range = `a whole number from ${String(least)} to ${most.toLocaleString('en')}`;
		problems.push(problem(field, `${label} must be ${range}.`));
		return null;
	};
	const n = whole(
		'completionsPerPrompt',
		'Completions per prompt',
		draft.completionsPerPrompt,
		1,
		128,
	);
	const concurrency = whole('maxConcurrency', 'Max concurrency', draft.maxConcurrency, 1, 10_000);
	const retries = whole('maxRetries', 'Max retries', draft.maxRetries, 0, 100);
	const timeout = draft.timeoutSeconds;
	const timeoutRight = timeout !== null && timeout > 0 && timeout <= 86_400;
	if (!timeoutRight)
		problems.push(
			problem('timeoutSeconds', 'Timeout must be more than 0 seconds and at most 86,400 (a day).'),
		);
	const { requestsPerMinute: rpm = null, tokensPerMinute: tpm = null } = draft;
	if (rpm !== null) whole('requestsPerMinute', 'Requests per minute', rpm, 1, 1_000_000_000);
	if (tpm !== null) whole('tokensPerMinute', 'Tokens per minute', tpm, 1, 1_000_000_000);
	if (draft.maxTokens !== null) whole('maxTokens', 'Max tokens', draft.maxTokens, 1, 10_000_000);
	const temperature = draft.temperature;
	if (temperature !== null && !(temperature >= 0 && temperature <= 2))
		problems.push(problem('temperature', 'Temperature must be a number from 0 to 2, or empty.'));
	const other = parseOtherParameters(draft.otherParameters, {
		temperature: temperature !== null,
		maxTokens: draft.maxTokens !== null,
	});
	if (!other.ok) problems.push(problem('otherParameters', other.error));
	const complete = n !== null && concurrency !== null && retries !== null && timeoutRight;
	return {
		settings: complete
			? {
					completionsPerPrompt: n,
					maxConcurrency: concurrency,
					maxRetries: retries,
					timeoutSeconds: timeout,
				}
			: null,
		other: other.ok ? other.value : null,
	};
}

/** A draft that would run the same again. */
export function draftOf(setup: RunSetup): Draft {
	const { parameters, limits, connection } = setup;
	const { other } = parameters;
	return {
		name: setup.name,
		provider: connection.provider,
		baseUrl: connection.provider === 'compatible' ? connection.baseUrl : '',
		organization: connection.organization,
		project: connection.project,
		models: setup.models,
		endpoint: setup.endpoint,
		templates: setup.templates.map((template) =>
			template.kind === 'chat'
				? { messages: template.messages, prompt: '' }
				: { messages: emptyTemplate.messages, prompt: template.text },
		),
		datasetId: setup.datasetId,
		idColumn: setup.idColumn,
		settings: {
			completionsPerPrompt: parameters.completionsPerPrompt,
			temperature: parameters.temperature,
			maxTokens: parameters.maxTokens,
			maxConcurrency: limits.maxConcurrency,
			maxRetries: limits.maxRetries,
			timeoutSeconds: limits.timeoutSeconds,
			requestsPerMinute: limits.requestsPerMinute ?? null,
			tokensPerMinute: limits.tokensPerMinute ?? null,
			otherParameters: Object.keys(other).length === 0 ? '' : JSON.stringify(other, null, 2),
		},
	};
}
