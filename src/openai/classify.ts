import type { Failure, FailureKind, LimitReading, RefusedParameter } from '#domain/failure.ts';
import { isJsonObject, textAt, type JsonObject } from '#domain/json.ts';
import { limitFromText } from './limit-message.ts';
import { refusedParameter } from './refused-parameter.ts';
import { waitFromText } from './wait.ts';
import { isWebPage, pageTitle } from './web-page.ts';

/** An answer that is no completion, as it came. */
export interface BadAnswer {
	readonly status: number;
	/** The parsed body, or its text where it is no JSON. */
	readonly body: unknown;
	readonly requestId: string | null;
	/** From headers, where they can be read. */
	readonly waitMs: number | null;
	/** From headers too. */
	readonly limit?: LimitReading | null;
	/** The model and every parameter that was sent. Left out: no refusal is put down to one of them. */
	readonly args?: JsonObject;
}

interface ErrorDetail {
	readonly message: string;
	readonly code: string;
	readonly type: string;
}

const billingCodes = new Set([
	'insufficient_quota',
	'billing_hard_limit_reached',
	'billing_not_active',
	'credit_balance_exhausted',
	'organization_spend_limit_exceeded',
	'project_spend_limit_exceeded',
	'organization_usage_limit_exceeded',
]);

const modelCodes = new Set(['model_not_found', 'model_decommissioned', 'DeploymentNotFound']);

/**
 * The failure that an answer stands for. Rules and texts: docs/failures.md. Its texts are redacted whole and shortened
 * after: a key that the cut went through would no longer be known as one.
 */
export function classifyAnswer(answer: BadAnswer, redact: (text: string) => string): Failure {
	const detail = detailOf(answer.body);
	const { message } = detail;
	const parameter = refusedParameter(message, answer.body, answer.args ?? {});
	const kind = mended(kindOf(answer.status, detail, answer.body), answer, parameter);
	const limit = kind === 'rateLimited' ? (limitFromText(message) ?? answer.limit ?? null) : null;
	return {
		kind,
		message: shortened(redact(message)),
		status: answer.status,
		code: label(detail.code || detail.type, redact),
		requestId: label(answer.requestId, redact),
		waitMs: answer.waitMs ?? waitFromText(message),
		...(limit === null ? {} : { limit }),
		...(kind === 'parameterRefused' && parameter !== null ? { parameter } : {}),
	};
}

/** A short mark of an answer, such as its request id, as it may be kept; null where it has none. */
export const label = (text: string | null, redact: (text: string) => string): string | null =>
	text === null || text === '' ? null : redact(text).slice(0, 100);

/** What the answer's status and text alone do not tell. */
function mended(
	kind: FailureKind,
	{ status, waitMs }: BadAnswer,
	parameter: RefusedParameter | null,
): FailureKind {
	// OpenRouter: the credit is held by what is in flight, and is free again after the wait.
	if (status === 402 && waitMs !== null) return 'rateLimited';
	const isRefusal = kind === 'badRequest' || (kind === 'forbidden' && status === 403);
	return isRefusal && parameter !== null ? 'parameterRefused' : kind;
}

function kindOf(status: number, { message, code, type }: ErrorDetail, body: unknown): FailureKind {
	if (status === 200) return kindInside200(code, message, type, body);
	if (billingCodes.has(code) || billingCodes.has(type)) return 'quotaExhausted';
	switch (status) {
		case 400:
			return kindOf400(code, message);
		case 401:
			return 'unauthorized';
		case 402:
			return 'quotaExhausted';
		case 403:
			return isModerated(message, body) ? 'contentFiltered' : 'forbidden';
		case 404:
			return kindOf404(code, message);
		case 405:
			return 'notAnApi';
		case 408:
			return 'timeout';
		case 409:
			return 'conflict';
		case 413:
			return 'requestTooLarge';
		case 422:
			return 'badRequest';
		case 429:
			// "Request too large": more than the limit lets through in a minute, so it never will be.
			return /request too large/i.test(message) ? 'requestTooLarge' : 'rateLimited';
		case 503:
			// What is a 429 today was a 503 with these words.
			return code === 'slow_down' || /^slow down/i.test(message) ? 'rateLimited' : 'overloaded';
		case 498:
		case 529:
			return 'overloaded';
		default:
			return status >= 500 ? 'serverError' : 'badRequest';
	}
}

function kindOf400(code: string, message: string): FailureKind {
	if (
		modelCodes.has(code) ||
		/requested model .{1,200} does not exist|is not a valid model id|model .{1,200} has been (deprecated|decommissioned)/i.test(
			message,
		)
	)
		return 'modelNotFound';
	if (code === 'context_length_exceeded' || /maximum context length/i.test(message))
		return 'contextLengthExceeded';
	if (
		code === 'content_filter' ||
		code === 'invalid_prompt' ||
		code.endsWith('_policy_violation') ||
		code === 'bio_policy' ||
		/content management policy/i.test(message)
	)
		return 'contentFiltered';
	return organizationUnverified(message) ? 'modelNotFound' : 'badRequest';
}

function kindOf404(code: string, message: string): FailureKind {
	if (
		/not supported in the v1\/(chat\/completions|completions|responses) endpoint|not a chat model|only supported in v1\/responses/i.test(
			message,
		)
	)
		return 'wrongEndpoint';
	const named = modelCodes.has(code) || organizationUnverified(message);
	return named || /model .{0,200}(does not exist|not found|has been deprecated)/i.test(message)
		? 'modelNotFound'
		: 'notAnApi';
}

const organizationUnverified = (message: string): boolean =>
	/organization must be verified/i.test(message);

/** OpenRouter and others put an error into a 200; a wrong Base URL answers a web page with one. */
function kindInside200(code: string, message: string, type: string, body: unknown): FailureKind {
	if (typeof body === 'string') return isWebPage(body) ? 'notAnApi' : 'malformed';
	if (!isJsonObject(body) || !Object.hasOwn(body, 'error')) return 'malformed';
	// A response that came to no end, and names no error.
	if (body['error'] === null && body['status'] !== 'failed') return 'malformed';
	const status = statusOfCode.get(code) ?? Number(code);
	if (Number.isInteger(status) && status >= 400 && status < 600)
		return kindOf(status, { message, code, type }, body);
	return billingCodes.has(code) || billingCodes.has(type) ? 'quotaExhausted' : 'serverError';
}

/** Codes that some put into a 200 in place of the status they stand for. */
const statusOfCode: ReadonlyMap<string, number> = new Map([
	['invalid_api_key', 401],
	['model_not_found', 404],
	['rate_limit_exceeded', 429],
	['invalid_prompt', 400],
	['bio_policy', 400],
	['misalignment_policy_violation', 400],
	['image_content_policy_violation', 400],
	['context_length_exceeded', 400],
	['data_residency_mismatch', 403],
	['vector_store_timeout', 408],
]);

/** OpenRouter refuses a flagged prompt with a 403: that row's fault, not the key's. */
function isModerated(message: string, body: unknown): boolean {
	const error = isJsonObject(body) ? body['error'] : null;
	const metadata = isJsonObject(error) ? error['metadata'] : null;
	return (
		/requires moderation|was flagged/i.test(message) ||
		(isJsonObject(metadata) && Object.hasOwn(metadata, 'flagged_input'))
	);
}

/**
 * `{error: {message, type, param, code}}`, and what else is seen: `{error: "text"}`, FastAPI's `{detail}`, `{message}`,
 * Mistral's `{message: {detail}}`, HTML.
 */
function detailOf(body: unknown): ErrorDetail {
	if (typeof body === 'string') return { message: textOfPage(body), code: '', type: '' };
	if (!isJsonObject(body)) return { message: '', code: '', type: '' };
	const error = body['error'];
	if (typeof error === 'string') return { message: error, code: '', type: '' };
	// The package puts a body without an `error` of its own beneath one.
	const told = isJsonObject(error) ? error : body;
	return {
		message: withRaw(textAt(told, 'message') ?? textAt(told, 'detail') ?? detailText(told), told),
		code: codeOf(told),
		type: isJsonObject(error) ? (textAt(error, 'type') ?? '') : '',
	};
}

function detailText(told: JsonObject): string {
	const holder = isJsonObject(told['message']) ? told['message'] : told;
	return Object.hasOwn(holder, 'detail') ? JSON.stringify(holder['detail']) : '';
}

function codeOf(error: JsonObject): string {
	const code = error['code'];
	return typeof code === 'string' || typeof code === 'number' ? String(code) : '';
}

/** OpenRouter's "Provider returned error" says nothing; the provider's own words stand in `metadata.raw`. */
function withRaw(message: string, error: JsonObject): string {
	const metadata = error['metadata'];
	const raw = isJsonObject(metadata) ? textAt(metadata, 'raw') : null;
	return raw === null ? message : `${message}: ${raw}`;
}

function textOfPage(text: string): string {
	if (!isWebPage(text) && !text.includes('</')) return text;
	return pageTitle(text) ?? text.slice(0, 5_000).replace(/<[^>]{0,1000}>/g, ' ');
}

function shortened(text: string): string {
	const line = text.slice(0, 5_000).replace(/\s+/g, ' ').trim();
	return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}
