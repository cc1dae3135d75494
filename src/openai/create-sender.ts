import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import type { Connection, Endpoint } from '#domain/connection.ts';
import type { Failure, FailureKind, LimitReading } from '#domain/failure.ts';
import type { JsonObject } from '#domain/json.ts';
import type { AttemptOutcome } from '#domain/outcome.ts';
import { err, ok } from '#domain/result.ts';
import { classifyAnswer, label } from './classify.ts';
import { clientFor } from './client.ts';
import { endpointCalls } from './endpoint-calls.ts';
import { limitsFromHeaders, metLimit } from './limit-message.ts';
import { Redactor } from './redact.ts';
import { requestBody, type Payload } from './request-body.ts';
import { bodyOf, causeOf, parsedIfText } from './sdk-error.ts';
import { waitFromHeaders } from './wait.ts';

export interface SenderOptions {
	readonly connection: Connection;
	readonly endpoint: Endpoint;
	/** Empty: no header with a key is sent. */
	readonly key: string;
	/** Takes keys out of all that comes back. Left out: one that knows this key alone. */
	readonly redactor?: Redactor;
	readonly timeoutMs: number;
	readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
	/** Calls back after `ms` unless the returned function is called first. */
	readonly after: (ms: number, callBack: () => void) => () => void;
	readonly epoch: () => number;
}

/** Makes one call. Never rejects. `hear` is told what the headers of a completion say of the limits. */
export type Sender = (
	payload: Payload,
	args: JsonObject,
	signal: AbortSignal,
	hear?: (readings: readonly LimitReading[]) => void,
) => Promise<AttemptOutcome>;

/** One attempt against one endpoint, through the `openai` package with its own retries off. */
export function createSender(options: SenderOptions): Sender {
	const { connection, endpoint, key } = options;
	const { call, read } = endpointCalls[endpoint];
	const redactor = options.redactor ?? new Redactor([key]);
	const redact = (text: string): string => redactor.failure(text);
	const client = clientFor(connection, key, options.fetch);

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

	return async (payload, args, signal, hear) => {
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
			const body = requestBody(endpoint, payload, args);
			const { data, response } = await call(client, body, controller.signal).withResponse();
			const answer = redactor.body(parsedIfText(data));
			const completion = read(answer);
			const requestId = response.headers.get('x-request-id');
			if (completion !== null) {
				hear?.(limitsFromHeaders(response.headers));
				const known = label(requestId, redact);
				return ok(known === null ? completion : { ...completion, requestId: known });
			}
			return badAnswer(200, answer, requestId, response.headers, args);
		} catch (error) {
			if (timedOut)
				return err(failure('timeout', `No answer within ${String(options.timeoutMs / 1_000)} s.`));
			if (error instanceof APIConnectionTimeoutError) return err(failure('timeout', error.message));
			if (error instanceof APIConnectionError)
				return err(failure('network', causeOf(error) ?? error.message));
			if (error instanceof APIError && typeof error.status === 'number') {
				const seen = error as APIError<number>;
				const said = redactor.body(bodyOf(seen));
				return badAnswer(seen.status, said, seen.requestID ?? null, seen.headers, args);
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
