import type OpenAI from 'openai';
import type { Completion } from '#domain/completion.ts';
import type { Endpoint } from '#domain/connection.ts';
import type { JsonObject } from '#domain/json.ts';
import { readCompletion } from './read-completion.ts';
import { readResponse } from './read-response.ts';

/** How an endpoint is called, and how its answer is read. */
interface EndpointCall {
	/** Behind the base URL. */
	readonly path: string;
	readonly call: (
		client: OpenAI,
		body: JsonObject,
		signal: AbortSignal,
	) => {
		withResponse(): Promise<{ readonly data: unknown; readonly response: Response }>;
	};
	/** Null where the answer is no completion. */
	readonly read: (answer: unknown) => Completion | null;
}

export const endpointCalls: Readonly<Record<Endpoint, EndpointCall>> = {
	// The package types bodies parameter by parameter; ours hold whatever was typed.
	chatCompletions: {
		path: '/chat/completions',
		call: (client, body, signal) => client.chat.completions.create(body as never, { signal }),
		read: readCompletion,
	},
	completions: {
		path: '/completions',
		call: (client, body, signal) => client.completions.create(body as never, { signal }),
		read: readCompletion,
	},
	responses: {
		path: '/responses',
		// `responses.create` looks into the answer before it was found to be one: a web page in a 200 would throw there.
		call: (client, body, signal) => client.post('/responses', { body, signal }),
		read: readResponse,
	},
};
