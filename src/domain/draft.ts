import type { Endpoint, Provider } from './connection.ts';
import type { Message } from './prompt.ts';
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
	/** Null or left out: not known. */
	readonly contextWindow?: number | null;
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
	contextWindow: null,
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
			contextWindow: setup.contextWindow ?? null,
			otherParameters: Object.keys(other).length === 0 ? '' : JSON.stringify(other, null, 2),
		},
	};
}
