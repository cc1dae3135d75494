import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import type { Connection, Endpoint } from '#domain/connection.ts';
import type { Failure, FailureKind, LimitReading } from '#domain/failure.ts';
import type { JsonObject } from '#domain/json.ts';
import type { AttemptOutcome } from '#domain/outcome.ts';
import { err, ok } from '#domain/result.ts';
import type { Prompt } from '#domain/prompt.ts';
import { classifyAnswer } from './classify.ts';
import { endpointCalls } from './endpoint-calls.ts';
import { limitsFromHeaders, metLimit } from './limit-message.ts';
import { createRedactor } from './redact.ts';
import { requestBody } from './request-body.ts';
import { waitFromHeaders } from './wait.ts';

export interface SenderOptions {
	readonly connection: Connection;
	readonly endpoint: Endpoint;
	/** Empty: no Authorization header is sent. */
	readonly key: string;
	readonly timeoutMs: number;
	readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
	/** Calls back after `ms` unless the returned function is called first. */
	readonly after: (ms: number, callBack: () => void) => () => void;
	readonly epoch: () => number;
}

/** Sends one prompt once. Never rejects. `hear` is told what the headers of a completion say of the limits. */
export type Sender = (
	prompt: Prompt,
	args: JsonObject,
	signal: AbortSignal,
	hear?: (readings: readonly LimitReading[]) => void,
) => Promise<AttemptOutcome>;

/** A header list of its own would make every request preflighted, and servers with a fixed list refuse it. */
const withoutTelemetry: Readonly<Record<string, null>> = {
	'x-stainless-lang': null,
	'x-stainless-package-version': null,
	'x-stainless-os': null,
	'x-stainless-arch': null,
	'x-stainless-runtime': null,
	'x-stainless-runtime-version': null,
	'x-stainless-retry-count': null,
	'x-stainless-timeout': null,
	'x-stainless-helper-method': null,
};

/** Longer than any timeout of ours: the SDK's own timer must never be the one that ends an attempt. */
const sdkTimeoutMs = 2_000_000_000;

/** One attempt against one endpoint, through the `openai` package with its own retries off. */
export function createSender(options: SenderOptions): Sender {
	const { connection, endpoint, key } = options;
	const { call, read } = endpointCalls[endpoint];
	const redact = createRedactor([key]);
	const client = new OpenAI({
		// The package refuses an empty key; without one the header is taken out below.
		apiKey: key === '' ? 'none' : key,
		baseURL: connection.baseUrl,
		organization: connection.organization === '' ? null : connection.organization,
		project: connection.project === '' ? null : connection.project,
		maxRetries: 0,
		timeout: sdkTimeoutMs,
		dangerouslyAllowBrowser: true,
		logLevel: 'off',
		defaultHeaders: { ...withoutTelemetry, ...(key === '' ? { authorization: null } : {}) },
		// No `cache`: told not to store, Chromium preflights every request anew, and stores no answer to a POST anyway.
		fetch: (input, init) =>
			options.fetch(input, {
				...init,
				redirect: 'error',
				credentials: 'omit',
				referrerPolicy: 'no-referrer',
			}),
	});

	const failure = (kind: FailureKind, message: string): Failure => ({
		kind,
		message: redact(message),
		status: null,
		code: null,
		requestId: null,
		waitMs: null,
	});
	const badAnswer = (
		status: number,
		body: unknown,
		requestId: string | null,
		headers: Headers | undefined,
		args: JsonObject,
	): AttemptOutcome => {
		const waitMs = headers === undefined ? null : waitFromHeaders(headers, options.epoch());
		const limit = headers === undefined ? null : metLimit(limitsFromHeaders(headers));
		return err(classifyAnswer({ status, body, requestId, waitMs, limit, args }, redact));
	};

	return async (prompt, args, signal, hear) => {
		// The SDK's timeout does not bound reading an error's body; a signal of our own bounds all of it.
		const controller = new AbortController();
		let timedOut = false;
		const abort = (): void => {
			controller.abort();
		};
		signal.addEventListener('abort', abort, { once: true });
		const cancelTimer = options.after(options.timeoutMs, () => {
			timedOut = true;
			controller.abort();
		});
		try {
			if (signal.aborted) controller.abort();
			const body = requestBody(endpoint, prompt, args);
			const { data, response } = await call(client, body, controller.signal).withResponse();
			const answer = parsedIfText(data);
			const completion = read(answer);
			if (completion !== null) {
				hear?.(limitsFromHeaders(response.headers));
				return ok(completion);
			}
			const requestId = response.headers.get('x-request-id');
			return badAnswer(200, answer, requestId, response.headers, args);
		} catch (error) {
			if (timedOut)
				return err(failure('timeout', `No answer within ${String(options.timeoutMs / 1_000)} s.`));
			if (error instanceof APIConnectionTimeoutError) return err(failure('timeout', error.message));
			if (error instanceof APIConnectionError)
				return err(failure('network', causeOf(error) ?? error.message));
			if (error instanceof APIError && typeof error.status === 'number') {
				const seen = error as APIError<number>;
				return badAnswer(seen.status, bodyOf(seen), seen.requestID ?? null, seen.headers, args);
			}
			if (error instanceof SyntaxError)
				return err(failure('malformed', `The answer is not valid JSON: ${error.message}`));
			// The body broke off: fetch rejects with a TypeError whose words differ between browsers.
			return err(failure('network', error instanceof Error ? error.message : String(error)));
		} finally {
			cancelTimer();
			signal.removeEventListener('abort', abort);
		}
	};
}

/** Some servers answer JSON without saying so; the SDK then hands over the text. */
function parsedIfText(answer: unknown): unknown {
	if (typeof answer !== 'string') return answer;
	try {
		return JSON.parse(answer);
	} catch {
		return answer;
	}
}

/** The SDK keeps the `error` member of a JSON body, and puts any other body into the message behind the status. */
function bodyOf(error: APIError): unknown {
	if (error.error !== undefined) return { error: error.error };
	return parsedIfText(error.message.replace(/^\d{3} /, ''));
}

function causeOf(error: Error): string | null {
	return error.cause instanceof Error ? error.cause.message : null;
}
