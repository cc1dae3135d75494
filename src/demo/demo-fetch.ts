import { demoBaseUrl } from '#domain/connection.ts';
import { isJsonObject, textAt, type JsonObject } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import {
	invalidRequest,
	invalidUrl,
	rateLimited,
	serverError,
	type ApiError,
} from './api-error.ts';
import { chatCompletion } from './chat-completions.ts';
import { completion } from './completions.ts';
import { hash, identifier } from './hash.ts';
import { modelList } from './models.ts';
import { response } from './responses.ts';
import { Sightings } from './sightings.ts';
import { unlessAborted } from './unless-aborted.ts';
import { weatherFor } from './weather.ts';

interface DemoPorts {
	/** Resolves after `ms`; gives its timer up when the signal aborts. */
	readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
	/** Epoch milliseconds. */
	readonly now: () => number;
}

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** How long an answer takes that no model is asked for. */
const briefMs = 150;

const answerers = new Map([
	[`${demoBaseUrl}/chat/completions`, chatCompletion],
	[`${demoBaseUrl}/completions`, completion],
	[`${demoBaseUrl}/responses`, response],
]);

function reply(answer: Result<JsonObject, ApiError>, seed: string): Response {
	const { status, body } = answer.ok
		? { status: 200, body: answer.value }
		: { status: answer.error.status, body: errorBody(answer.error) };
	return new Response(JSON.stringify(body), {
		status,
		headers: {
			'content-type': 'application/json',
			'x-request-id': `req_${identifier(`request ${seed}`, 32)}`,
		},
	});
}

const errorBody = ({ message, type, param, code }: ApiError): JsonObject => ({
	error: { message, type, param, code },
});

function parseBody(text: string): Result<JsonObject, ApiError> {
	try {
		const body: unknown = JSON.parse(text);
		if (isJsonObject(body)) return ok(body);
	} catch {
		// Answered below, like JSON that is no object.
	}
	return err(
		invalidRequest(
			'We could not parse the JSON body of your request. The API expects a JSON payload, but what was sent was not a JSON object.',
		),
	);
}

/**
 * A `fetch` that answers requests to `demoBaseUrl` as the OpenAI API does, without a network or a model: the same
 * sequence of requests gets the same answers, waits and failures.
 */
export function createDemoFetch({ sleep, now }: DemoPorts): Fetch {
	const sightings = new Sightings();

	return async (input, init) => {
		const request = new Request(input, init);
		const { signal, method } = request;
		const wait = (ms: number): Promise<void> => unlessAborted(sleep(ms, signal), signal);
		signal.throwIfAborted();

		const address = request.url.replace(/[?#].*$/s, '');
		const answerer = method === 'POST' ? answerers.get(address) : undefined;
		if (answerer === undefined) {
			await wait(briefMs);
			return method === 'GET' && address === `${demoBaseUrl}/models`
				? reply(ok(modelList), address)
				: reply(err(invalidUrl(method, new URL(address).pathname)), `${method} ${address}`);
		}

		const text = await request.text();
		const bodyHash = hash(text);
		const seen = sightings.see(bodyHash);
		const seed = `${String(seen)} ${text}`;
		const body = parseBody(text);
		const answer = body.ok ? answerer(body.value, seed, now()) : body;
		// A request that the API refuses is refused each time, and at once.
		if (!answer.ok) {
			await wait(briefMs);
			return reply(answer, seed);
		}

		const weather = weatherFor(text, seen);
		await wait(weather.latencyMs);
		if (weather.kind === 'serverError') return reply(err(serverError), seed);
		if (weather.kind === 'rateLimited')
			return reply(err(rateLimited(textAt(answer.value, 'model') ?? '')), seed);
		return reply(answer, seed);
	};
}
