import { expect, test } from 'vitest';
import type { ComparisonQuery } from '#contract/engine-api.ts';
import { Comparison } from '#state/comparison.svelte.ts';
import { HandClock, rest } from './run-fixtures.ts';

/** A comparison of 1,000 rows, the first `settled` of which have all their answers. */
function watched() {
	const clock = new HandClock();
	const asked: ComparisonQuery[] = [];
	const run = { settled: 0 };
	const comparison = new Comparison(
		(query) => {
			asked.push(query);
			const rows = Array.from({ length: query.limit }, (_, i) => {
				const rowIndex = query.offset + i;
				return {
					place: { promptIndex: 0, rowIndex, modelIndex: 0 },
					id: `${String(query.firstSeries)}:${String(rowIndex)}`,
					...{ cells: [], series: [], answers: 0, distinct: 0 },
					waits: rowIndex >= run.settled,
				};
			});
			return Promise.resolve({ total: 1_000, offset: query.offset, rows });
		},
		'run-1',
		clock,
	);
	return { clock, asked, run, comparison };
}

test('the rows on the screen are read by the page they stand in, once', async () => {
	const { comparison, asked } = watched();
	comparison.look(10, 15);
	comparison.look(12, 15);
	await rest();
	expect(asked.map(({ offset }) => offset)).toEqual([0, 20]);
	expect(comparison.total).toBe(1_000);
	expect(comparison.rowAt(39)?.id).toBe('0:39');
	expect(comparison.rowAt(40)).toBeNull();
});

test('of what is scrolled past quickly only the last is read', async () => {
	const { comparison, asked } = watched();
	comparison.look(0, 15);
	comparison.look(300, 15);
	comparison.look(900, 15);
	await rest();
	expect(asked.map(({ offset }) => offset)).toEqual([0, 900]);
});

test('rows that wait are read again as the run goes on, those that have settled are not', async () => {
	const { comparison, asked, run, clock } = watched();
	comparison.look(0, 15);
	await rest();
	for (let i = 0; i < 70; i++) {
		comparison.progressed(true);
		await clock.pass(100);
	}
	expect(asked.length).toBeGreaterThan(5);
	expect(asked.length).toBeLessThan(15);
	run.settled = 20;
	comparison.progressed(true);
	await clock.pass(1_000);
	expect(comparison.rowAt(19)?.waits).toBe(false);
	const before = asked.length;
	comparison.progressed(true);
	await clock.pass(10_000);
	expect(asked).toHaveLength(before);
	comparison.progressed(false);
	await clock.pass(1_000);
	expect(asked).toHaveLength(before + 1);
});

test('other series are asked for from the rows on the screen', async () => {
	const { comparison, asked } = watched();
	comparison.look(500, 15);
	await rest();
	comparison.showSeries(12);
	expect(comparison.rowAt(500)).toBeNull();
	await rest();
	expect(asked.at(-1)).toMatchObject({ offset: 500, firstSeries: 12 });
	expect(comparison.rowAt(500)?.id).toBe('12:500');
});

test('few pages are held, and nothing is read once it is left', async () => {
	const { comparison, asked, clock } = watched();
	for (let first = 0; first < 900; first += 20) {
		comparison.look(first, 15);
		await rest();
	}
	expect(comparison.rowAt(0)).toBeNull();
	expect(comparison.rowAt(880)).not.toBeNull();
	const before = asked.length;
	comparison.dispose();
	comparison.progressed(false);
	await clock.pass(10_000);
	expect(asked).toHaveLength(before);
});
