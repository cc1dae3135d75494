const locale = 'en';
const whole = new Intl.NumberFormat(locale);
const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
const threeDigits = new Intl.NumberFormat(locale, {
	notation: 'compact',
	maximumSignificantDigits: 3,
});

/** 4858 → "4,858". */
export const formatCount = (count: number): string => whole.format(count);

/** As counts, but millions and more are shortened: 12400000 → "12.4M". */
export const formatShort = (count: number): string =>
	count < 1_000_000 ? whole.format(count) : compact.format(count);

/** "1 request", "2,000 requests". */
export const formatCounted = (count: number, one: string, many = `${one}s`): string =>
	`${whole.format(count)} ${count === 1 ? one : many}`;

/** Rounded down, so that 100 % is never said before the end. */
export const percentOf = (part: number, total: number): number =>
	total <= 0 ? 0 : Math.min(100, Math.floor((part * 100) / total));

export const formatPercent = (part: number, total: number): string =>
	part > 0 && percentOf(part, total) === 0 ? '<1 %' : `${String(percentOf(part, total))} %`;

/** A part among others, rounded to the nearest: "28 %", but neither 0 nor 100 % where that is not exact. */
export function formatShare(part: number, total: number): string {
	const share = total <= 0 ? 0 : Math.round((part * 100) / total);
	if (share === 0 && part > 0) return '<1 %';
	return share === 100 && part < total ? '>99 %' : `${String(share)} %`;
}

/** 1 → "1st", 12 → "12th". */
export function formatOrdinal(n: number): string {
	const teen = n % 100 >= 11 && n % 100 <= 13;
	const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
	return `${whole.format(n)}${ending}`;
}

/** Settled a minute: "412/min", and below ten with one decimal, "4.2/min". */
export const formatRate = (perMinute: number): string =>
	`${perMinute < 10 ? String(Math.round(perMinute * 10) / 10) : whole.format(Math.round(perMinute))}/min`;

/** A limit as accounts name them: "4.2", "500", "60k", "1.25M". */
export function formatLimit(perMinute: number): string {
	if (perMinute < 10) return String(Math.round(perMinute * 10) / 10);
	if (perMinute < 10_000) return whole.format(Math.round(perMinute));
	return threeDigits.format(perMinute).replace('K', 'k');
}

/** A length of time that is only estimated: "a few seconds", "about 40 s", "about 12 min", "about 2 h 10 min". */
export function formatAbout(seconds: number): string {
	if (seconds < 8) return 'a few seconds';
	if (seconds < 90) return `about ${String(Math.round(seconds / 10) * 10)} s`;
	if (seconds < 3_570) return `about ${String(Math.round(seconds / 60))} min`;
	const step = seconds < 86_400 ? 600 : 3_600;
	return `about ${formatDuration(Math.round(seconds / step) * step)}`;
}

/** A length of time in its two largest units: "42 s", "7 min 30 s", "2 h 5 min", "3 d 4 h". */
export function formatDuration(seconds: number): string {
	const total = Math.max(0, Math.round(seconds));
	if (total < 60) return `${String(total)} s`;
	if (total < 3_600) return pair(total, 60, 'min', 's');
	const minutes = Math.round(total / 60);
	if (minutes < 1_440) return pair(minutes, 60, 'h', 'min');
	return pair(Math.round(minutes / 60), 24, 'd', 'h');
}

function pair(amount: number, per: number, large: string, small: string): string {
	const rest = amount % per;
	const head = `${whole.format(Math.floor(amount / per))} ${large}`;
	return rest === 0 ? head : `${head} ${String(rest)} ${small}`;
}

/** How long an answer took: "40 ms", "0.8 s", "12 s", "2 min 5 s". */
export const formatLatency = (ms: number): string => {
	if (ms < 95) return `${String(Math.round(ms))} ms`;
	return ms < 9_950 ? `${(ms / 1_000).toFixed(1)} s` : formatDuration(ms / 1_000);
};

/** The time of day with seconds: "14:03:22". `timeZone` is the browser's own unless given. */
export const formatClock = (epochMs: number, timeZone?: string): string =>
	new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone }).format(epochMs);

/** The time of day: "14:03". */
export const formatTime = (epochMs: number, timeZone?: string): string =>
	new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone }).format(epochMs);

/** A moment as one would say it now: "today 14:03", "yesterday 09:30", "12 Nov 2026, 14:03". */
export function formatMoment(epochMs: number, nowMs: number, timeZone?: string): string {
	const day = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone });
	const time = formatTime(epochMs, timeZone);
	const dayOf = (ms: number): number => Date.parse(day.format(ms));
	const daysAgo = Math.round((dayOf(nowMs) - dayOf(epochMs)) / 86_400_000);
	if (daysAgo === 0) return `today ${time}`;
	if (daysAgo === 1) return `yesterday ${time}`;
	const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone }).format(epochMs);
	return `${date}, ${time}`;
}
