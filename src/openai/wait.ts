const unitMs: Readonly<Record<string, number>> = {
	ms: 1,
	s: 1_000,
	second: 1_000,
	seconds: 1_000,
	m: 60_000,
	h: 3_600_000,
	d: 86_400_000,
};
const dayMs = 86_400_000;
const asked =
	/(?:try again|retry after)\s{0,3}(?:in\s{0,3})?((?:\d{1,7}(?:\.\d{1,6})?\s?(?:ms|seconds?|[dhms])\s?){1,6})/i;
const part = /(\d{1,7}(?:\.\d{1,6})?)\s?(ms|seconds?|[dhms])/gi;

/**
 * The wait that an error text asks for, in milliseconds: `644ms`, `18.642s`, `6m0s`, `114h18m0s`, `retry after 2 seconds`.
 * Browsers cannot read OpenAI's Retry-After header, so the words are all there is. Null where there is none.
 */
export function waitFromText(text: string): number | null {
	const found = asked.exec(text)?.[1];
	if (found === undefined) return null;
	let total = 0;
	for (const [, amount, unit] of found.matchAll(part))
		total += Number(amount) * (unitMs[(unit ?? '').toLowerCase()] ?? 0);
	return bounded(total);
}

/** `retry-after-ms`, then `retry-after` in seconds or as an HTTP date, where the endpoint lets a page read them. */
export function waitFromHeaders(headers: Headers, epochNow: number): number | null {
	const ms = Number(headers.get('retry-after-ms') ?? Number.NaN);
	if (Number.isFinite(ms)) return bounded(ms);
	const after = headers.get('retry-after');
	if (after === null) return null;
	const seconds = Number(after);
	if (Number.isFinite(seconds)) return bounded(seconds * 1_000);
	const date = Date.parse(after);
	return Number.isNaN(date) ? null : bounded(date - epochNow);
}

/** A hostile number may neither unleash a run nor hold it for ever. */
const bounded = (ms: number): number | null => (ms < 0 ? null : Math.min(ms, 7 * dayMs));
