import { modelColumnOf, type Binding } from './bindings.ts';
import { fieldsOf, type ConnectionFields } from './connection-fields.ts';
import type { Endpoint, Provider } from './connection.ts';
import type { JsonObject } from './json.ts';
import type { NamedParameter, NameReader } from './named-parameters.ts';
import type { Message } from './prompt.ts';
import { rowsDraftOf, type RowsDraft } from './rows-draft.ts';
import type { RunSetup } from './run.ts';

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
	/** Of Completions; left out: 1. */
	readonly promptsPerRequest?: number | null;
	/** In the order in which they were chosen; left out: none. */
	readonly parameters?: readonly NamedParameter[];
	/** Null or left out: not known. */
	readonly contextWindow?: number | null;
	readonly otherParameters: string;
}

/** A further connection of a run being composed. */
export interface ShareDraft extends ConnectionFields {
	/** What each of the draft's models is called there, in their order; empty or left out: the same. */
	readonly models: readonly string[];
	/** Null: the field is empty. */
	readonly tokensPerMinute: number | null;
}

/** A run being composed: the text of every field as typed, right or not. */
export interface Draft {
	readonly name: string;
	readonly provider: Provider;
	readonly baseUrl: string;
	readonly organization: string;
	readonly project: string;
	/** Which known service the Base URL belongs to (`presets.ts`); left out: none of them. */
	readonly preset?: string;
	/** Of Azure OpenAI: the name or address of the resource; left out: empty. */
	readonly resource?: string;
	/** Of Azure OpenAI; empty or left out: its v1 API. */
	readonly apiVersion?: string;
	readonly models: readonly string[];
	readonly endpoint: Endpoint;
	readonly templates: readonly TemplateDraft[];
	readonly datasetId: string | null;
	readonly idColumn: string | null;
	readonly settings: SettingsDraft;
	/** Left out: all rows. */
	readonly rows?: RowsDraft;
	/** `pair`: template 1 goes with row 1, template 2 with row 2, …; left out: every template with every row. */
	readonly pairing?: 'cross' | 'pair';
	/** JSON for each of `models`, as typed; left out, or too short a list: none. */
	readonly modelParameters?: readonly string[];
	/** Left out: none. */
	readonly bindings?: readonly Binding[];
	/** The connections beside the draft's own; left out: none. */
	readonly shares?: readonly ShareDraft[];
	/** Of the draft's own connection where there are others; null or left out: empty. */
	readonly tokensPerMinute?: number | null;
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
	promptsPerRequest: 1,
	contextWindow: null,
	otherParameters: '',
};

export const emptyShare: ShareDraft = {
	provider: 'compatible',
	baseUrl: '',
	organization: '',
	project: '',
	models: [],
	tokensPerMinute: null,
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

/** A draft that would run the same again. With `rules` its parameters stand under their names, else all as JSON. */
export function draftOf(setup: RunSetup, rules: NameReader | null = null): Draft {
	const { parameters, limits, connection } = setup;
	const models = typedModels(setup);
	const { parameters: named, rest: other } = rules?.namedIn(setup.endpoint, parameters.other) ?? {
		parameters: [],
		rest: parameters.other,
	};
	return {
		name: setup.name,
		...fieldsOf(connection),
		// Where each row names its model, those of the cells are found again.
		models,
		endpoint: setup.endpoint,
		templates: setup.templates.map((template) =>
			template.kind === 'chat'
				? { messages: template.messages, prompt: '' }
				: { messages: emptyTemplate.messages, prompt: template.text },
		),
		datasetId: setup.datasetId,
		idColumn: setup.idColumn,
		...(setup.rows === undefined ? {} : { rows: rowsDraftOf(setup.rows) }),
		...(setup.pairing === undefined ? {} : { pairing: setup.pairing }),
		...(setup.modelParameters === undefined
			? {}
			: { modelParameters: setup.modelParameters.map(parametersText) }),
		...(setup.bindings === undefined ? {} : { bindings: setup.bindings }),
		settings: {
			completionsPerPrompt: parameters.completionsPerPrompt * (setup.repeats ?? 1),
			temperature: parameters.temperature,
			maxTokens: parameters.maxTokens,
			maxConcurrency: limits.maxConcurrency,
			maxRetries: limits.maxRetries,
			timeoutSeconds: limits.timeoutSeconds,
			requestsPerMinute: limits.requestsPerMinute ?? null,
			tokensPerMinute: limits.tokensPerMinute ?? null,
			promptsPerRequest: setup.promptsPerRequest ?? 1,
			...(named.length === 0 ? {} : { parameters: named }),
			contextWindow: setup.contextWindow ?? null,
			otherParameters: parametersText(other),
		},
		...sharesDraftOf(setup, models.length),
	};
}

function sharesDraftOf(
	setup: RunSetup,
	modelCount: number,
): Partial<Pick<Draft, 'shares' | 'tokensPerMinute'>> {
	const [own, ...others] = setup.shares ?? [];
	if (own === undefined) return {};
	return {
		tokensPerMinute: own.tokensPerMinute,
		shares: others.map(({ connection, models, tokensPerMinute }) => ({
			...fieldsOf(connection),
			...{ models: models.slice(0, modelCount), tokensPerMinute },
		})),
	};
}

/** Only the first is needed, and the others only for what is theirs. */
function typedModels({ models, bindings = [], ...setup }: RunSetup): readonly string[] {
	const haveTheirs =
		setup.modelParameters !== undefined ||
		(setup.shares ?? []).some((share) => share.models.some((called) => called !== ''));
	return modelColumnOf(bindings) === null || haveTheirs ? models : models.slice(0, 1);
}

const parametersText = (parameters: JsonObject): string =>
	Object.keys(parameters).length === 0 ? '' : JSON.stringify(parameters, null, 2);
