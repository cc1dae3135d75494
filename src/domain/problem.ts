/** The field of the compose page that a problem belongs to. */
export type Field =
	| 'dataFiles'
	| 'idColumn'
	| 'rows'
	| 'baseUrl'
	| 'resource'
	| 'apiVersion'
	| 'apiKey'
	| 'network'
	| 'model'
	| 'modelParameters'
	| 'shareBaseUrl'
	| 'shareApiKey'
	| 'shareTokensPerMinute'
	| 'endpoint'
	| 'template'
	| 'pairing'
	| 'completionsPerPrompt'
	| 'temperature'
	| 'maxTokens'
	| 'maxConcurrency'
	| 'maxRetries'
	| 'timeoutSeconds'
	| 'requestsPerMinute'
	| 'tokensPerMinute'
	| 'promptsPerRequest'
	| 'contextWindow'
	| 'parameter'
	| 'otherParameters'
	| 'bindings';

/** An input refused before any call. */
export interface Problem {
	readonly field: Field;
	/** Which template, model or file, from 0, where the field stands more than once; else 0. */
	readonly index: number;
	/** One or two sentences: what is wrong, where (file, row, column), and what to do. */
	readonly message: string;
}

export const problem = (field: Field, message: string, index = 0): Problem => ({
	field,
	index,
	message,
});

/** Something worth a look that does not stand in the way of Start. */
export interface Hint {
	readonly field: Field;
	readonly index: number;
	readonly message: string;
}
