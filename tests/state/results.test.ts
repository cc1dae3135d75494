import { describe, expect, test } from 'vitest';
import type { ResultPage, ResultQuery } from '#contract/engine-api.ts';
import { refreshMs } from '#state/paced-reading.ts';
import { ResultList } from '#state/results.svelte.ts';
import { apiWith, HandClock, lineAt, linesOf, rest } from './run-fixtures.ts';

/** A list over a run whose number of settled requests the test sets. */
function watched() {
	const clock = new HandClock();
	const asked: ResultQuery[] = [];
	const run = { settled: 0 };
	const api = apiWith({
		readResults: (query) => {
			asked.push(query);
			return Promise.resolve(linesOf(query, run.settled));
		},
		readItems: () => {
			shownMeanwhile.push(list.items);
			return Promise.resolve([]);
		},
	});
	const list = new ResultList(api, 'run-1', clock);
	/** What stood open whenever a request was read in full. */
	const shownMeanwhile: unknown[] = [];
	return { clock, asked, run, list, shownMeanwhile };
}

describe('the lines on the screen', () => {
	test('are read by the page they stand in, once', async () => {
		const { list, asked } = watched();
		list.look(90, 30);
		list.look(92, 30);
		await rest();
		expect(asked.map(({ offset }) => offset)).toEqual([0, 100]);
		expect(list.total).toBe(1_000);
		expect(list.rowAt(119)?.id).toBe('119');
		expect(list.rowAt(200)).toBeNull();
	});

	test('while a page is read, only the last place scrolled to is read next', async () => {
		const { list, asked } = watched();
		list.look(0, 30);
		list.look(300, 30);
		list.look(900, 30);
		await rest();
		expect(asked.map(({ offset }) => offset)).toEqual([0, 900]);
	});

	test('tell their prompts once that is asked for', async () => {
		const { list, asked } = watched();
		list.look(0, 30);
		await rest();
		list.setWithPrompts(true);
		await rest();
		expect(asked.map(({ withPrompts }) => withPrompts)).toEqual([undefined, true]);
		list.setWithPrompts(false);
		list.setWithPrompts(true);
		await rest();
		expect(asked).toHaveLength(3);
	});

	test('are read again while the run goes on, but no more often than agreed', async () => {
		const { list, asked, run, clock } = watched();
		list.look(0, 30);
		await rest();
		for (let i = 0; i < 70; i++) {
			run.settled += 1;
			list.progressed();
			await clock.pass(100);
		}
		expect(asked.length - 1).toBeGreaterThan(5);
		expect(asked.length - 1).toBeLessThanOrEqual(Math.ceil(7_000 / refreshMs));
		await clock.pass(refreshMs);
		expect(list.rowAt(69)?.state).toBe('succeeded');
	});

	test('are not read again once they have all settled', async () => {
		const { list, asked, run, clock } = watched();
		run.settled = 100;
		list.look(0, 30);
		await rest();
		list.progressed();
		await clock.pass(10_000);
		expect(asked).toHaveLength(1);
	});

	test('are read again, settled or not, where failed requests were sent again', async () => {
		const { list, asked, run, clock } = watched();
		run.settled = 100;
		list.look(0, 30);
		await rest();
		list.reopened();
		await clock.pass(refreshMs);
		expect(asked).toHaveLength(2);
	});

	test('stay until those of another filter are there', async () => {
		const answers: ((page: ResultPage) => void)[] = [];
		const api = apiWith({ readResults: () => new Promise((resolve) => answers.push(resolve)) });
		const list = new ResultList(api, 'run-1', new HandClock());
		list.look(0, 30);
		answers[0]?.({ total: 1_000, offset: 0, rows: [lineAt(0)] });
		await rest();
		list.setShow('failed');
		await rest();
		expect(list.rowAt(0)?.id).toBe('0');
		expect(list.shown).toBe('all');
		answers[1]?.({ total: 1, offset: 0, rows: [lineAt(7, 'failed')] });
		await rest();
		expect(list.rowAt(0)?.id).toBe('7');
		expect(list.total).toBe(1);
		expect(list.shown).toBe('failed');
	});

	test('an answer to an older filter is dropped, and the newer one asked', async () => {
		const answers: ((page: ResultPage) => void)[] = [];
		const asked: ResultQuery[] = [];
		const api = apiWith({
			readResults: (query) => {
				asked.push(query);
				return new Promise((resolve) => answers.push(resolve));
			},
		});
		const list = new ResultList(api, 'run-1', new HandClock());
		list.look(0, 30);
		list.setShow('succeeded');
		answers[0]?.({ total: 1_000, offset: 0, rows: [lineAt(0)] });
		await rest();
		expect(list.total).toBeNull();
		expect(asked.map(({ show }) => show)).toEqual(['all', 'succeeded']);
	});
});

describe('a search', () => {
	test('is asked when the typing rests, not at each letter', async () => {
		const { list, asked, clock } = watched();
		list.look(0, 30);
		await rest();
		for (const text of ['b', 'be', 'ber', 'berry ']) {
			list.setSearch(text);
			await clock.pass(100);
		}
		expect(asked).toHaveLength(1);
		await clock.pass(300);
		expect(asked.slice(1).map(({ search }) => search)).toEqual(['berry']);
		expect(list.searched).toBe('berry');
	});

	test('is repeated more slowly than it takes to answer', async () => {
		const clock = new HandClock();
		let asked = 0;
		const api = apiWith({
			readResults: async (query) => {
				asked += 1;
				await new Promise<void>((resolve) => clock.after(2_000, resolve));
				return linesOf(query, 5);
			},
		});
		const list = new ResultList(api, 'run-1', clock);
		list.look(0, 30);
		await clock.pass(2_000);
		list.progressed();
		await clock.pass(5_000);
		expect(asked).toBe(1);
		await clock.pass(2_000);
		expect(asked).toBe(2);
	});
});

describe('an opened line', () => {
	test('is read in full, also where its page is not held', async () => {
		const { list, asked } = watched();
		await list.open(640);
		expect(asked).toEqual([{ runId: 'run-1', show: 'all', search: '', offset: 640, limit: 1 }]);
		expect(list.opened).toMatchObject({ line: 640, row: { id: '640' } });
		expect(list.items).toEqual([]);
		list.close();
		expect(list.opened).toBeNull();
	});

	test('that waits shows its answer when it comes, and till then what it showed', async () => {
		const { list, run, clock, shownMeanwhile } = watched();
		list.look(0, 30);
		await rest();
		await list.open(3);
		expect(list.opened?.row.state).toBe('waiting');
		run.settled = 10;
		list.progressed();
		await clock.pass(refreshMs);
		expect(list.opened?.row.state).toBe('succeeded');
		expect(shownMeanwhile).toEqual([null, []]);
	});
});

test('after dispose nothing is read and no timer is left', async () => {
	const { list, asked, clock } = watched();
	list.look(0, 30);
	await rest();
	list.progressed();
	list.setSearch('x');
	list.dispose();
	list.progressed();
	expect(clock.pending).toBe(0);
	await clock.pass(10_000);
	expect(asked).toHaveLength(1);
});

describe('a line that has to be read before it is opened', () => {
	/** Lines 0 to 99 are there; the others come when the test says so. */
	async function waited() {
		const late = new Map<number, () => void>();
		const full: (() => void)[] = [];
		const list = new ResultList(
			apiWith({
				readResults: (query) =>
					query.offset === 0
						? Promise.resolve(linesOf(query, 1_000))
						: new Promise((resolve) => {
								late.set(query.offset, () => {
									resolve(linesOf(query, 1_000));
								});
							}),
				readItems: () =>
					new Promise((resolve) =>
						full.push(() => {
							resolve([]);
						}),
					),
			}),
			'run-1',
			new HandClock(),
		);
		list.look(0, 30);
		await rest();
		const arrive = async (line: number): Promise<void> => {
			late.get(line)?.();
			await rest();
		};
		return { list, arrive, full };
	}

	test('stays closed where it was closed meanwhile', async () => {
		const { list, arrive } = await waited();
		void list.open(99);
		void list.open(100);
		list.close();
		await arrive(100);
		expect(list.opened).toBeNull();
	});

	test('is not opened over the one that was opened after it', async () => {
		const { list, arrive } = await waited();
		void list.open(100);
		void list.open(101);
		await arrive(101);
		await arrive(100);
		expect(list.opened?.line).toBe(101);
		void list.open(102);
		void list.open(5);
		await arrive(102);
		expect(list.opened?.line).toBe(5);
	});

	test('is closed without a fault before it is read in full', async () => {
		const { list, full } = await waited();
		const opening = list.open(5);
		list.close();
		full[0]?.();
		await opening;
		expect([list.opened, list.items]).toEqual([null, null]);
	});
});
