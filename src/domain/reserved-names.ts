import type { Endpoint } from './connection.ts';

/** Names that have a place of their own, or that would change the shape of the answer. */
const anywhere: ReadonlyMap<string, string> = new Map([
	['model', 'Type the model in Model.'],
	['messages', 'The messages come from the templates.'],
	['n', 'Type it in Completions per prompt.'],
	['stream', 'Answers are read whole; streaming is not used.'],
	['stream_options', 'Answers are read whole; streaming is not used.'],
]);

const ofPrompts: ReadonlyMap<string, string> = new Map([
	['prompt', 'The prompt comes from the templates.'],
]);

/** What Responses knows that a run cannot use. Its `prompt` names one that is stored there: a parameter like others. */
const ofResponses: ReadonlyMap<string, string> = new Map([
	['input', 'The messages come from the templates.'],
	['instructions', 'They are the system message of the template.'],
	['store', 'Answers are never left at the endpoint: store is always false.'],
	['background', 'Answers are read as they come.'],
	['conversation', 'Every row would be added to it.'],
]);

/** Why nobody may set a parameter of this name, wherever it is typed; null where one may. */
export const reservedReason = (endpoint: Endpoint, name: string): string | null =>
	anywhere.get(name) ?? (endpoint === 'responses' ? ofResponses : ofPrompts).get(name) ?? null;
