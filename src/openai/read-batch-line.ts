import type { Endpoint } from '#domain/connection.ts';
import { isJsonObject, numberAt, objectAt, textAt, type JsonObject } from '#domain/json.ts';
import type { AttemptOutcome } from '#domain/outcome.ts';
import { err, ok } from '#domain/result.ts';
import { classifyAnswer } from './classify.ts';
import { endpointCalls } from './endpoint-calls.ts';
import { Redactor } from './redact.ts';

/** What a line of the output, or of the errors, of the Batch API says of one request. */
export interface BatchLine {
	readonly customId: string;
	/** Null: the batch ended before it was its turn, so it was neither answered nor paid for. */
	readonly outcome: AttemptOutcome | null;
	/** Epoch milliseconds; null where it does not say. */
	readonly createdAt: number | null;
}

/** Of these nothing was executed. */
const neverSent = new Set(['batch_expired', 'batch_cancelled']);

/** Null of what is no such line. `redactor` left out: no key is known. */
export function readBatchLine(
	line: unknown,
	endpoint: Endpoint,
	redactor = new Redactor(),
): BatchLine | null {
	const value = redactor.body(line);
	if (!isJsonObject(value)) return null;
	const customId = textAt(value, 'custom_id');
	const { response, error } = value;
	if (customId === null || (!isJsonObject(response) && !isJsonObject(error))) return null;
	if (!isJsonObject(response)) {
		const told = objectAt(value, 'error');
		const isUnsent = neverSent.has(textAt(told, 'code') ?? '');
		return {
			customId,
			outcome: isUnsent ? null : failed(null, told, null, redactor),
			createdAt: null,
		};
	}
	const body = response['body'] ?? null;
	const status = numberAt(response, 'status_code');
	const requestId = textAt(response, 'request_id');
	const completion = status === 200 ? endpointCalls[endpoint].read(body) : null;
	if (completion === null)
		return { customId, outcome: failed(status, body, requestId, redactor), createdAt: null };
	const { rest } = completion;
	const seconds = numberAt(rest, 'created') ?? numberAt(rest, 'created_at');
	return {
		customId,
		outcome: ok(completion),
		createdAt: seconds === null ? null : epochMs(seconds),
	};
}

/** The last moment that a date can be. */
const latestMs = 8.64e15;

/** Some endpoints tell fractions of a second. Null of what is no date. */
function epochMs(seconds: number): number | null {
	const ms = Math.round(seconds * 1_000);
	return ms >= 0 && ms <= latestMs ? ms : null;
}

/** As the same answer would be classified had it come to a call. Without a status it came to none. */
function failed(
	status: number | null,
	body: unknown,
	requestId: string | null,
	redactor: Redactor,
): AttemptOutcome {
	const told: unknown =
		status === null && isJsonObject(body) ? ({ error: body } satisfies JsonObject) : body;
	const failure = classifyAnswer(
		{ status: status ?? 400, body: told, requestId, waitMs: null },
		(text) => redactor.failure(text),
	);
	return err({ ...failure, status });
}
