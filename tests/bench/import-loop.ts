import Papa from 'papaparse';
import type { Row } from '#domain/dataset.ts';
import { openLibrary } from '#storage/library.ts';
import { readTables } from '#tabular/read-tables.ts';

interface Order {
	readonly arm: 'bareParse' | 'parse' | 'bareStore' | 'store';
	readonly file: File;
}

interface Timed {
	readonly rows: number;
	readonly ms: number;
}

const rowsPerRecord = 500;
const recordsPerTransaction = 4;

addEventListener('message', ({ data }: MessageEvent<Order>) => {
	void run(data).then((timed) => {
		postMessage(timed);
	});
});

/** The four arms run in one worker, so that each meets the same machine. */
async function run({ arm, file }: Order): Promise<Timed> {
	if (arm === 'bareParse') return timed(() => bareParse(file));
	if (arm === 'parse') return timed(() => parse(file, () => Promise.resolve()));
	const rows: Row[] = [];
	await parse(file, (batch) => {
		rows.push(...batch);
		return Promise.resolve();
	});
	return arm === 'bareStore' ? timed(() => bareStore(rows)) : timed(() => store(rows));
}

async function timed(work: () => Promise<number>): Promise<Timed> {
	const began = performance.now();
	const rows = await work();
	return { rows, ms: performance.now() - began };
}

const bareParse = (file: File): Promise<number> =>
	new Promise((resolve, reject) => {
		let rows = 0;
		Papa.parse<readonly string[]>(file, {
			header: false,
			skipEmptyLines: true,
			chunkSize: 1_048_576,
			chunk: ({ data }) => {
				rows += data.length;
			},
			complete: () => {
				resolve(rows - 1);
			},
			error: reject,
		});
	});

async function parse(file: File, sink: (rows: readonly Row[]) => Promise<void>): Promise<number> {
	const read = await readTables(
		[file],
		{ encoding: null, delimiter: null },
		{
			sink,
			onRestart: () => Promise.reject(new Error('The file is UTF-8.')),
		},
	);
	if (!read.ok) throw new Error(JSON.stringify(read.error));
	return read.value[0]?.rowCount ?? 0;
}

async function bareStore(rows: readonly Row[]): Promise<number> {
	const name = `bare-${crypto.randomUUID()}`;
	const db = await new Promise<IDBDatabase>((resolve, reject) => {
		const opening = indexedDB.open(name, 1);
		opening.onupgradeneeded = () =>
			opening.result.createObjectStore('chunks', { keyPath: 'first' });
		opening.onsuccess = () => {
			resolve(opening.result);
		};
		opening.onerror = () => {
			reject(new Error(String(opening.error)));
		};
	});
	const step = rowsPerRecord * recordsPerTransaction;
	for (let first = 0; first < rows.length; first += step) {
		const tx = db.transaction('chunks', 'readwrite', { durability: 'relaxed' });
		for (let at = first; at < Math.min(first + step, rows.length); at += rowsPerRecord)
			tx.objectStore('chunks').put({ first: at, rows: rows.slice(at, at + rowsPerRecord) });
		await new Promise<void>((resolve, reject) => {
			tx.oncomplete = () => {
				resolve();
			};
			tx.onabort = () => {
				reject(new Error(String(tx.error)));
			};
		});
	}
	db.close();
	indexedDB.deleteDatabase(name);
	return rows.length;
}

async function store(rows: readonly Row[]): Promise<number> {
	const library = await openLibrary({
		name: `bench-${crypto.randomUUID()}`,
		now: () => Date.now(),
		newId: () => crypto.randomUUID(),
		onProblem: ({ message }) => {
			throw new Error(message);
		},
	});
	const writer = await library.createDataset();
	for (let at = 0; at < rows.length; at += 1_000) await writer.append(rows.slice(at, at + 1_000));
	const dataset = await writer.finish({
		name: 'bench',
		files: ['bench'],
		columns: (rows[0] ?? []).map((_, i) => ({ name: String(i), header: String(i) })),
		rowCount: rows.length,
		encoding: 'utf-8',
		delimiter: ',',
		notices: [],
	});
	return dataset.rowCount;
}
