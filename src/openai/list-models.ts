import { APIConnectionError, APIError } from 'openai';
import type { Failure, FailureKind } from '#domain/failure.ts';
import { isJsonObject } from '#domain/json.ts';
import type { ConnectionTest } from '#domain/model-list.ts';
import { presetOf, type Listing } from '#domain/presets.ts';
import { classifyAnswer } from './classify.ts';
import { clientFor } from './client.ts';
import type { SenderOptions } from './create-sender.ts';
import { readModelList } from './read-model-list.ts';
import { Redactor } from './redact.ts';
import { bodyOf, causeOf, parsedIfText } from './sdk-error.ts';
import { waitFromHeaders } from './wait.ts';
import { isWebPage, pageTitle } from './web-page.ts';

/** What an endpoint answers where it has no list of models. */
const absent: ReadonlySet<number> = new Set([404, 405, 501]);

/** Asks an endpoint for its models, once; no model is called. Never rejects. */
export async function listModels(
	options: Omit<SenderOptions, 'endpoint'>,
): Promise<ConnectionTest> {
	const { connection, key } = options;
	const redactor = options.redactor ?? new Redactor([key]);
	const redact = (text: string): string => redactor.failure(text);
	const controller = new AbortController();
	let timedOut = false;
	const cancelTimer = options.after(options.timeoutMs, () => {
		timedOut = true;
		controller.abort();
	});
	const failed = (kind: FailureKind, message: string): ConnectionTest => ({
		kind: 'failed',
		failure: { ...unanswered, kind, message: redact(message) },
	});
	try {
		const listing = presetOf(connection)?.listing ?? {};
		const client = clientFor(connection, key, options.fetch);
		const answer = await client.get<unknown>('/models', {
			signal: controller.signal,
			headers: listingHeaders(listing, key),
			query: { ...listing.query },
		});
		return readAnswer(200, redactor.body(parsedIfText(answer)), redact);
	} catch (error) {
		if (timedOut)
			return failed('timeout', `No answer within ${String(options.timeoutMs / 1_000)} s.`);
		if (error instanceof APIConnectionError)
			return failed('network', causeOf(error) ?? error.message);
		if (error instanceof APIError && typeof error.status === 'number')
			return refused(error as APIError<number>, options.epoch(), redactor);
		if (error instanceof SyntaxError) return { kind: 'noList', status: 200, isApi: false };
		return failed('network', error instanceof Error ? error.message : String(error));
	} finally {
		cancelTimer();
	}
}

function refused(error: APIError<number>, epoch: number, redactor: Redactor): ConnectionTest {
	const { status, headers, requestID } = error;
	const redact = (text: string): string => redactor.failure(text);
	const body = redactor.body(bodyOf(error));
	if (absent.has(status)) return readAnswer(status, body, redact);
	const waitMs = headers === undefined ? null : waitFromHeaders(headers, epoch);
	const requestId = requestID ?? null;
	return { kind: 'failed', failure: classifyAnswer({ status, body, requestId, waitMs }, redact) };
}

function listingHeaders(
	{ keyHeader, headers }: Listing,
	key: string,
): Record<string, string | null> {
	const keyed = keyHeader !== undefined && key !== '';
	return { ...headers, ...(keyed ? { [keyHeader]: key, authorization: null } : {}) };
}

/** An answer of which the status alone does not say what is wrong with it. */
function readAnswer(
	status: number,
	body: unknown,
	redact: (text: string) => string,
): ConnectionTest {
	const models = status === 200 ? readModelList(body) : null;
	if (models !== null) return { kind: 'models', models };
	if (typeof body === 'string' && isWebPage(body))
		return {
			kind: 'webPage',
			status,
			title: redact(pageTitle(body) ?? '')
				.trim()
				.slice(0, 100),
		};
	// An error that is said with a 200.
	if (status === 200 && isJsonObject(body) && Object.hasOwn(body, 'error'))
		return {
			kind: 'failed',
			failure: classifyAnswer({ status, body, requestId: null, waitMs: null }, redact),
		};
	return { kind: 'noList', status, isApi: isJsonObject(body) || Array.isArray(body) };
}

const unanswered: Omit<Failure, 'kind' | 'message'> = {
	status: null,
	code: null,
	requestId: null,
	waitMs: null,
};
