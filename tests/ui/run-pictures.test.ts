import { describe, expect, test } from 'vitest';
import type { Dataset } from '#domain/dataset.ts';
import type { RunPhase } from '#domain/run.ts';
import { counters, setup } from '../state/run-fixtures.ts';
import { iconFor } from '#ui/run/page-icon.ts';
import { finishShares, markShares, requestShares } from '#ui/run/shares.ts';
import { shownColumns } from '#ui/run/shown-columns.ts';
import { sparkLine } from '#ui/run/spark-line.ts';

test.each([
	[[], 'M0 18H150'],
	[[5], 'M0 18H150'],
	[[0, 0], 'M0 18H150'],
	[[0, 10, 5], 'M0 18L75 0L150 9'],
])('the line through %o is %s', (values, d) => {
	expect(sparkLine(values, 150, 18)).toBe(d);
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

describe('the columns beside the answers', () => {
	const dataset: Dataset = {
		id: 'd',
		name: 'reviews.csv',
		files: ['reviews.csv'],
		createdAt: 0,
		columns: ['id', 'stars', 'review', 'country'].map((name) => ({ name, header: name })),
		rowCount: 1,
		encoding: 'utf-8',
		delimiter: ',',
		notices: [],
	};
	const shown = (content: string, most = 2): readonly string[] =>
		shownColumns(
			{
				...setup,
				idColumn: 'id',
				templates: [{ kind: 'chat', messages: [{ role: 'user', content }] }],
			},
			dataset,
			most,
		).map(({ name, position }) => `${name}@${String(position)}`);

	test.each([
		['{country} {review} {country}', ['country@3', 'review@2']],
		['{review}', ['review@2']],
		['{id} {stars} {review} {country}', ['stars@1', 'review@2']],
		['no column at all', ['stars@1']],
		['{gone}', ['stars@1']],
	])('of “%s” are %o', (content, columns) => {
		expect(shown(content)).toEqual(columns);
	});

	test('are none where there are no rows', () => {
		expect(shownColumns(setup, null, 2)).toEqual([]);
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
});
