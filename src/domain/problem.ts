/** The field of the compose page that a problem belongs to. */
export type Field =
	| 'dataFiles'
	| 'idColumn'
	| 'baseUrl'
	| 'apiKey'
	| 'model'
	| 'template'
	| 'completionsPerPrompt'
	| 'temperature'
	| 'maxTokens'
	| 'maxConcurrency'
	| 'maxRetries'
	| 'timeoutSeconds'
	| 'requestsPerMinute'
	| 'tokensPerMinute'
	| 'contextWindow'
	| 'otherParameters';

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
