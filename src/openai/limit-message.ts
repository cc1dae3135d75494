import type { LimitReading } from '#domain/failure.ts';

const numbers =
	/\blimit:?\s{0,2}([\d,]{1,15}(?:\.\d{1,6})?)(?:\s?\/\s?(min|day))?[,.]?\s{1,2}(?:(?:used|current):?\s{0,2}([\d,]{1,15}(?:\.\d{1,6})?)(?:\s?\/\s?(?:min|day))?[,.]?\s{0,2})?(?:requested:?\s{0,2}([\d,]{1,15}(?:\.\d{1,6})?))?/i;
const names =
	/\b(requests|tokens)\s(?:per|\/)\s?(min|day)|\b(input[- ]tokens|output[- ]tokens)\sper\s(min|day)|\(?\b([RT])P([MD])\b/i;
const most = 1e9;

/**
 * The limit that a 429's text names: `Rate limit reached for m on tokens per min (TPM): Limit 30000, Used 29937,
 * Requested 385.` and the older `Limit: 60 / min. Current: 70 / min.`. Null where it names none, or what cannot be true.
 */
export function limitFromText(text: string): LimitReading | null {
	const named = names.exec(text);
	const found = numbers.exec(text);
	if (named === null || found?.[3] === undefined) return null;
	const limit = read(found[1]);
	const used = read(found[3]);
	const requested = read(found[4] ?? '1');
	if (limit === null || limit < 1 || used === null || requested === null) return null;
	const unit = (named[1] ?? named[3] ?? named[5] ?? '').toLowerCase();
	const span = (named[2] ?? named[4] ?? named[6] ?? '').toLowerCase();
	return {
		dimension: unit.startsWith('r') ? 'requests' : 'tokens',
		per: span.startsWith('d') ? 'day' : 'minute',
		limit,
		// The older form counts what was refused too, so that it may stand above the limit.
		used: found[4] === undefined ? Math.min(used, limit) : used,
		requested,
	};
}

/** The limits and what is left of them, from headers that an endpoint lets a page read. */
export const limitsFromHeaders = (headers: Headers): readonly LimitReading[] =>
	(['requests', 'tokens'] as const).flatMap((dimension) => {
		const limit = read(headers.get(`x-ratelimit-limit-${dimension}`) ?? undefined);
		const left = read(headers.get(`x-ratelimit-remaining-${dimension}`) ?? undefined);
		if (limit === null || limit < 1 || left === null || left > limit) return [];
		return { dimension, per: 'minute', limit, used: limit - left, requested: 0 } as const;
	});

/** A 429 was refused for one limit: of two in its headers, the one with the smaller share left. */
export function metLimit(readings: readonly LimitReading[]): LimitReading | null {
	const [first = null, second] = readings;
	if (first === null || second === undefined) return first;
	return second.used / second.limit > first.used / first.limit ? second : first;
}

function read(text: string | undefined): number | null {
	if (text === undefined || text === '') return null;
	const value = Number(text.replaceAll(',', ''));
	return Number.isFinite(value) && value >= 0 && value <= most ? value : null;
}
