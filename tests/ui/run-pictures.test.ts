import { describe, expect, test } from 'vitest';
import type { RunPhase } from '#domain/run.ts';
import { counters } from '../state/run-fixtures.ts';
import { iconFor } from '#ui/run/page-icon.ts';
import { finishShares, markShares, requestShares, retryShares } from '#ui/run/shares.ts';
import { noHistory, withSnapshot, type Period } from '#state/rate-history.ts';
import { chartLines } from '#ui/run/chart-lines.ts';
import { chartEnds, chartRows, chartSummary } from '#ui/run/chart-words.ts';

const epoch = Date.UTC(2026, 10, 12, 14, 3, 0);

describe('the chart of the pace', () => {
	const period = (from: number, perMinute: number | null, more: Partial<Period> = {}): Period => ({
		from,
		to: from + 500,
		perMinute,
		rateLimited: 0,
		limit: null,
		...more,
	});

	test('draws nothing where nothing is known yet', () => {
		expect(chartLines([])).toMatchObject({ area: '', rate: '', limit: '', marks: '' });
		expect(chartLines([period(0, null)])).toMatchObject({ area: '', rate: '' });
	});

	test('is an area under the rate, from edge to edge, up to a round number', () => {
		const lines = chartLines([period(0, 0), period(500, 400), period(1_000, 300)]);
		expect(lines.most).toBe(400);
		expect(lines.rate).toBe('M0 60L66.7 60L200 0L333.3 15L400 15');
		expect(lines.area).toBe('M0 60L0 60L66.7 60L200 0L333.3 15L400 15L400 60Z');
	});

	test('marks each period that had a 429, also the one that still fills', () => {
		const lines = chartLines([
			period(0, 10, { rateLimited: 3 }),
			period(500, null, { rateLimited: 1 }),
		]);
		expect(lines.marks).toBe('M100 60v-9M300 60v-9');
	});

	test('draws the limit from when it was known, with a step where it changed', () => {
		const lines = chartLines([
			period(0, 100),
			period(500, 100, { limit: 200 }),
			period(1_000, 100, { limit: 100 }),
		]);
		expect(lines.most).toBe(200);
		expect(lines.limit).toBe('M133.3 0H266.7V30H400');
	});

	test.each([
		[300, false],
		[301, true],
	])('at a rate of 100 a limit of %i is off the chart: %s', (limit, isAbove) => {
		const lines = chartLines([period(0, 100, { limit })]);
		expect([lines.limitIsAbove, lines.limit === '']).toEqual([isAbove, isAbove]);
		expect(lines.most).toBe(isAbove ? 100 : 300);
	});

	const history = [
		[600, 10, 0, null],
		[1_200, 30, 2, 1_500],
	].reduce(
		(before, [at, settled, refused, limit]) =>
			withSnapshot(before, epoch + (at ?? 0), settled ?? 0, refused ?? 0, limit),
		withSnapshot(noHistory, epoch, 0, 0),
	);

	test('is a sentence for whoever does not see it', () => {
		expect(chartSummary(history)).toBe(
			'Settled per minute over 1 s, highest 1,500/min, at the end 1,500/min, limit 1,500/min, 2 rate-limit answers',
		);
	});

	test('is a table of the same', () => {
		expect(chartRows(history, 'UTC').map((row) => Object.values(row).join(' '))).toEqual([
			'0 14:03:00 1,500/min 0 –',
			'500 14:03:00 1,500/min 0 –',
			'1000 14:03:01 1,500/min 2 1,500/min',
		]);
	});

	test('names the times at its ends, to the second while it is young', () => {
		expect(chartEnds(history, 'UTC')).toEqual(['14:03:00', '14:03:01']);
		expect(chartEnds(withSnapshot(history, epoch + 600_000, 40, 2), 'UTC')).toEqual([
			'14:03',
			'14:13',
		]);
	});
});

describe('the icon of the tab', () => {
	const svgOf = (phase: RunPhase, percent: number): string =>
		decodeURIComponent(iconFor(phase, percent).replace('data:image/svg+xml,', ''));

	test('is a ring filled as far as the run is', () => {
		expect(svgOf({ name: 'running' }, 0)).toContain("stroke-dasharray='0.0 75.4'");
		expect(svgOf({ name: 'running' }, 50)).toContain("stroke-dasharray='37.7 75.4'");
		expect(svgOf({ name: 'finished' }, 100)).toContain("stroke-dasharray='75.4 75.4'");
	});

	test('tells going, resting and finished apart by colour', () => {
		const phases: RunPhase[] = [{ name: 'running' }, { name: 'paused' }, { name: 'finished' }];
		expect(new Set(phases.map((phase) => iconFor(phase, 50))).size).toBe(3);
	});
});

describe('the shares of a picture', () => {
	const some = {
		...counters,
		succeeded: 480,
		failed: 20,
		marks: { ...counters.marks, complete: 470, truncated: 10 },
		finishReasons: { length: 10, stop: 465, vendor_reason: 5 },
	};

	test('of the requests are all that was planned', () => {
		const total = requestShares(some, 96).reduce((sum, { count }) => sum + count, 0);
		expect(total).toBe(some.planned);
	});

	test('of finish reasons come largest first, unknown ones too, each with a meaning', () => {
		const shares = finishShares(some);
		expect(shares.map(({ label }) => label)).toEqual(['stop', 'length', 'vendor_reason']);
		expect(shares.every(({ meaning }) => meaning !== '')).toBe(true);
	});

	test('of the answers name every mark, also those that none has', () => {
		expect(markShares(some).map(({ count }) => count)).toEqual([470, 10, 0, 0, 0]);
	});

	test('of attempts made again stand by their cause, the most frequent first', () => {
		const shares = retryShares({ rateLimited: 2, serverError: 312, network: 40 });
		expect(shares.map(({ label, count }) => [label, count])).toEqual([
			['server error', 312],
			['connection', 40],
			['rate limit', 2],
		]);
		expect(retryShares({})).toEqual([]);
	});
});
