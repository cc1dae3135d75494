import { expect, test } from 'vitest';
import { readTables } from '#tabular/read-tables.ts';
import { fileOf } from './table-files.ts';

const asFound = { encoding: null, delimiter: null } as const;
const table = `a,b\n${Array.from({ length: 1_000 }, (_, i) => `${i.toString()},x\n`).join('')}`;

/** Lets every pending step that needs no permission run. */
async function settle(): Promise<void> {
	for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

const onRestart = (): Promise<void> => Promise.reject(new Error('It was UTF-8.'));

test('no more than one slice is read ahead while the sink is at work', async () => {
	const file = fileOf(table);
	let bytesAsked = 0;
	const slice = file.slice.bind(file);
	const watched = Object.assign(file, {
		slice: (from: number, to: number) => {
			bytesAsked = to;
			return slice(from, to);
		},
	});
	const releases: (() => void)[] = [];
	let rows = 0;
	const reading = readTables([watched], asFound, {
		sliceBytes: 100,
		onRestart,
		sink: async (batch) => {
			rows += batch.length;
			await new Promise<void>((resolve) => releases.push(resolve));
		},
	});
	await settle();
	expect(releases).toHaveLength(1);
	const [rowsThen, bytesThen] = [rows, bytesAsked];
	expect(bytesThen).toBe(200);
	await settle();
	expect([rows, bytesAsked]).toEqual([rowsThen, bytesThen]);

	for (let calls = 0; rows < 1_000;) {
		expect(releases.length - calls).toBe(1);
		releases[calls++]?.();
		await settle();
	}
	releases.at(-1)?.();
	expect((await reading).ok).toBe(true);
	expect(releases.length).toBeGreaterThan(50);
});

test('the sink gets no more rows at once than it wants', async () => {
	const sizes: number[] = [];
	const result = await readTables([fileOf(table)], asFound, {
		batchRows: 300,
		onRestart,
		sink: (batch) => {
			sizes.push(batch.length);
			return Promise.resolve();
		},
	});
	expect(result.ok).toBe(true);
	expect(sizes).toEqual([300, 300, 300, 100]);
});

test.each([1, 2, 5])('a cancel at batch %i ends the reading', async (at) => {
	const controller = new AbortController();
	let batches = 0;
	const result = await readTables([fileOf(table)], asFound, {
		sliceBytes: 100,
		signal: controller.signal,
		onRestart,
		sink: () => {
			if (++batches === at) controller.abort();
			return Promise.resolve();
		},
	});
	expect(result).toEqual({ ok: false, error: { kind: 'cancelled' } });
	expect(batches).toBe(at);
});

test('a cancel is heard before the first row', async () => {
	const result = await readTables([fileOf(table)], asFound, {
		signal: AbortSignal.abort(),
		onRestart,
		sink: () => Promise.reject(new Error('nothing was to be read')),
	});
	expect(result).toEqual({ ok: false, error: { kind: 'cancelled' } });
});

test('a sink that fails is not taken for a bad file', async () => {
	const full = new DOMException('disk full', 'QuotaExceededError');
	const reading = readTables([fileOf(table)], asFound, {
		onRestart,
		sink: () => Promise.reject(full),
	});
	await expect(reading).rejects.toBe(full);
});

test('progress goes from the first slice to all of the file', async () => {
	const seen: { readonly bytesRead: number; readonly rows: number }[] = [];
	const file = fileOf(table);
	const result = await readTables([file], asFound, {
		sliceBytes: 1_000,
		onRestart,
		sink: () => Promise.resolve(),
		onProgress: (progress) => {
			expect(progress.bytesTotal).toBe(file.size);
			seen.push(progress);
		},
	});
	expect(result.ok).toBe(true);
	expect(seen[0]?.bytesRead).toBe(1_000);
	expect(seen.at(-1)).toMatchObject({ bytesRead: file.size, rows: 1_000 });
	expect(seen.map(({ bytesRead }) => bytesRead)).toEqual(
		seen.map(({ bytesRead }) => bytesRead).sort((a, b) => a - b),
	);
});
