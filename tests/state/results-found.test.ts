import { describe, expect, test } from 'vitest';
import type { Looking, ResultPage, ResultQuery } from '#contract/engine-api.ts';
import { refreshMs } from '#state/paced-reading.ts';
import { ResultList } from '#state/results.svelte.ts';
import { apiWith, HandClock, lineAt, rest } from './run-fixtures.ts';

/** A list whose worker has found what the test says. */
function finding() {
	const clock = new HandClock();
	const asked: ResultQuery[] = [];
	const said: string[] = [];
	const found = { total: 500, held: 0, looking: null as Looking | null };
	const api = apiWith({
		readResults: (query): Promise<ResultPage> => {
			asked.push(query);
			const { total, held, looking } = found;
			const rows = Array.from({ length: query.limit }, (_, i) => lineAt(query.offset + i));
			return Promise.resolve({
				...{ total, rows, offset: query.offset },
				...(looking === null ? {} : { looking }),
				...(held === 0 ? {} : { held }),
			});
		},
		cancelSearch: (runId) => {
			said.push(`cancel ${runId}`);
			return Promise.resolve();
		},
		continueSearch: (runId) => {
			said.push(`continue ${runId}`);
			return Promise.resolve();
		},
	});
	return { clock, asked, said, found, list: new ResultList(api, 'run-1', clock) };
}

/** What the worker was asked for last. */
const lastFilter = (asked: readonly ResultQuery[]): Partial<ResultQuery> => {
	const own = new Set(['runId', 'offset', 'limit']);
	return Object.fromEntries(
		Object.entries(asked.at(-1) ?? noQuery).filter(([key]) => !own.has(key)),
	);
};

const noQuery: ResultQuery = { runId: '', offset: 0, limit: 0, show: 'all', search: 'nothing' };

describe('a filter', () => {
	test('given from elsewhere is the whole filter, and stands in the search field', async () => {
		const { list, asked } = finding();
		list.look(0, 30);
		list.setFilter({ show: 'failed', failure: 'rateLimited' });
		list.setFilter({ answer: 'positive', search: 'cup' });
		await rest();
		expect(asked.at(-1)).toMatchObject({ show: 'all', search: 'cup', answer: 'positive' });
		expect(asked.at(-1)).not.toHaveProperty('failure');
		expect([list.search, list.show, list.filtered]).toEqual(['cup', 'all', true]);
		list.setFilter({});
		await rest();
		expect(lastFilter(asked)).toEqual({ show: 'all', search: '' });
		expect(list.filtered).toBe(false);
	});

	test('keeps its other parts where one is changed, also a search that was just typed', async () => {
		const { list, asked, clock } = finding();
		list.look(0, 30);
		list.setFilter({ answer: 'positive' });
		list.setSearch(' cup');
		list.setShow('truncated');
		await rest();
		const whole = { show: 'truncated', search: 'cup', answer: 'positive' };
		expect(lastFilter(asked)).toEqual(whole);
		const before = asked.length;
		await clock.pass(1_000);
		expect(asked).toHaveLength(before);
	});
});

describe('while lines are looked for', () => {
	const looking: Looking = { done: 10, total: 100, cancelled: false };

	test('they are read again until everything was looked at', async () => {
		const { list, asked, found, clock } = finding();
		found.looking = looking;
		list.look(0, 30);
		list.setFilter({ search: 'cup' });
		await rest();
		expect(list.looking).toEqual(looking);
		found.looking = { ...looking, done: 60 };
		await clock.pass(refreshMs);
		expect(list.looking?.done).toBe(60);
		found.looking = null;
		await clock.pass(refreshMs);
		expect(list.looking).toBeNull();
		const before = asked.length;
		await clock.pass(10 * refreshMs);
		expect(asked).toHaveLength(before);
	});

	test('cancelled, the part is read at once and no more; the rest can be looked for after all', async () => {
		const { list, asked, said, found, clock } = finding();
		found.looking = looking;
		list.look(0, 30);
		list.setFilter({ search: 'cup' });
		await rest();
		found.looking = { ...looking, cancelled: true };
		await list.cancelSearch();
		await rest();
		expect(list.looking?.cancelled).toBe(true);
		const before = asked.length;
		await clock.pass(10 * refreshMs);
		expect(asked).toHaveLength(before);
		await list.continueSearch();
		expect(asked.length).toBeGreaterThan(before);
		expect(said).toEqual(['cancel run-1', 'continue run-1']);
	});

	test('what is found is told at once at the start and the end, and seldom between', async () => {
		const { list, found, clock } = finding();
		const told: unknown[] = [];
		const note = (): void => {
			if (told.at(-1) !== list.told) told.push(list.told);
		};
		found.looking = looking;
		list.look(0, 30);
		list.setFilter({ search: 'cup' });
		await rest();
		note();
		for (let done = 11; done < 80; done++) {
			found.looking = { ...looking, done };
			await clock.pass(200);
			note();
		}
		expect(told.length).toBeGreaterThan(1);
		expect(told.length).toBeLessThan(5);
		found.looking = null;
		await clock.pass(refreshMs);
		expect(list.told).toEqual({ total: 500, looking: null });
		list.setFilter({});
		await rest();
		expect(list.told).toBeNull();
	});
});

describe('lines found before those on the screen', () => {
	test('wait while the table is scrolled, and come when they are asked for', async () => {
		const { list, asked, found } = finding();
		list.look(0, 30, 0);
		list.setShow('failed');
		await rest();
		expect(asked.at(-1)).not.toHaveProperty('hold');
		found.held = 12;
		list.look(192, 46, 200);
		await rest();
		expect(asked.at(-1)?.hold).toBe(true);
		expect(list.held).toBe(12);
		found.held = 0;
		list.showHeld();
		await rest();
		expect(asked.at(-1)).not.toHaveProperty('hold');
		expect(list.held).toBe(0);
		list.progressed();
	});

	test('come by themselves at the top of the table, which a line further down is not', async () => {
		const { list, asked, found, clock } = finding();
		list.look(0, 40, 0);
		list.setShow('failed');
		await rest();
		found.held = 3;
		list.look(0, 40, 2);
		list.progressed();
		await clock.pass(refreshMs);
		expect(asked.at(-1)?.hold).toBe(true);
		found.held = 0;
		list.look(0, 38, 0);
		await clock.pass(refreshMs);
		expect(asked.at(-1)).not.toHaveProperty('hold');
		expect(list.held).toBe(0);
	});
});
