import type { Connection, Endpoint } from '#domain/connection.ts';
import { isJsonObject, type JsonObject } from '#domain/json.ts';
import type { Prompt } from '#domain/prompt.ts';
import type { RequestPreview } from '#domain/request-code.ts';
import { createSender } from './create-sender.ts';
import { Redactor } from './redact.ts';

/** Stands for the key: in which headers it goes out, and behind what, is seen by where this comes out. */
const standIn = 'the-key-stands-here';

/**
 * The call by which a sender would send this prompt, caught before it leaves: made by the same code as the call itself, so
 * what is shown is what is sent. Null where the sender makes none.
 */
export async function catchCall(
	connection: Connection,
	endpoint: Endpoint,
	withKey: boolean,
	prompt: Prompt,
	args: JsonObject,
): Promise<RequestPreview | null> {
	const caught: RequestPreview[] = [];
	const send = createSender({
		connection,
		endpoint,
		key: withKey ? standIn : '',
		redactor: new Redactor(),
		timeoutMs: 0,
		fetch: (input, init) => {
			caught.push(read(input, init));
			return Promise.reject(new TypeError('Caught'));
		},
		after: () => () => undefined,
		epoch: () => 0,
	});
	await send(prompt, args, new AbortController().signal);
	return caught[0] ?? null;
}

function read(input: string | URL | Request, init: RequestInit | undefined): RequestPreview {
	const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null;
	return {
		url: input instanceof Request ? input.url : String(input),
		headers: [...new Headers(init?.headers)].map(([name, value]) => ({
			name,
			value: value.endsWith(standIn) ? value.slice(0, -standIn.length) : value,
			endsWithKey: value.endsWith(standIn),
		})),
		body: isJsonObject(body) ? body : {},
	};
}
