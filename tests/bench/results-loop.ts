import type { Row } from '#domain/dataset.ts';
import type { JsonObject } from '#domain/json.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { ok } from '#domain/result.ts';
import type { RunSetup } from '#domain/run.ts';
import { openLibrary } from '#storage/library.ts';
import { opfsFolder } from '../../src/worker/opfs-folder.ts';

interface Order {
	readonly arm: 'seed' | 'write' | 'bareWrite' | 'bareExport';
	readonly requests: number;
	readonly choices: number;
	/** Of the run that `bareExport` reads, and the bytes that a choice has in Volley's file. */
	readonly runId?: string;
	readonly bytesPerChoice?: number;
}

interface Done {
	readonly ms: number;
	readonly runId?: string;
	readonly bytes?: number;
}

/** As many as the run store takes into one transaction. */
const recordsPerTransaction = 200;
/** As many requests as a run has in flight at most. */
const atOnce = 250;
const partCharacters = 1_048_576;

addEventListener('message', ({ data }: MessageEvent<Order>) => {
	work(data).then(
		(done) => {
			postMessage(done);
		},
		(error: unknown) => {
			postMessage({ failed: String(error) });
		},
	);
});

const work = (order: Order): Promise<Done> =>
	({ seed, write, bareWrite, bareExport })[order.arm](order);

const answers = ['positive', 'negative', 'neutral', 'mixed'];

const settledOf = (request: number, choices: number): SettledRequest => ({
	request,
	outcome: ok({
		rest: {
			id: `chatcmpl-${String(request).padStart(12, '0')}`,
			object: 'chat.completion',
			created: 1_790_000_000,
			model: 'bench-model-2026-09-01',
			service_tier: 'default',
			system_fingerprint: 'fp_0123456789',
			usage: { prompt_tokens: 120, completion_tokens: 40, total_tokens: 160 },
		},
		choices: Array.from({ length: choices }, (_, i) => choiceOf(request, i)),
	}),
	attempts: 1,
	startedAt: 1_790_000_000_000 + request * 10,
	latencyMs: 800 + (request % 400),
});

const choiceOf = (request: number, index: number): JsonObject => ({
	index,
	message: {
		role: 'assistant',
		content: `${answers[(request * 7 + index) % answers.length] ?? ''}: a sentence or two about the row ${String(request)}, as models write them, with "quotes" and a comma.`,
		refusal: null,
	},
	logprobs: null,
	// One answer in a thousand was cut off.
	finish_reason: request % 1_000 === 999 ? 'length' : 'stop',
});

const rowOf = (row: number): Row => [
	`r${String(row)}`,
	`Review ${String(row)}: good, but "slow", and the milk was cold by the time that it came; would I come again?`,
	String(row % 5),
];

const setupOf = (datasetId: string, requests: number, choices: number): RunSetup => ({
	name: 'A million choices',
	connection: {
		provider: 'demo',
		baseUrl: 'https://demo.invalid/v1',
		organization: '',
		project: '',
		usesKey: false,
	},
	endpoint: 'chatCompletions',
	models: ['bench-model'],
	templates: [{ kind: 'chat', messages: [{ role: 'user', content: 'Classify: {text}' }] }],
	datasetId,
	rowCount: requests,
	idColumn: 'id',
	parameters: { completionsPerPrompt: choices, temperature: 0, maxTokens: 64, other: {} },
	limits: { maxConcurrency: 100, maxRetries: 8, timeoutSeconds: 60 },
});

/** A finished run as the page would have made it, journal and all. */
async function seed({ requests, choices }: Order): Promise<Done> {
	return stored('volley', requests, choices);
}

/** The same somewhere else, for its time alone. */
async function write({ requests, choices }: Order): Promise<Done> {
	return stored(`bench-${crypto.randomUUID()}`, requests, choices);
}

async function stored(name: string, requests: number, choices: number): Promise<Done> {
	const journals = await opfsFolder((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
	const library = await openLibrary({
		name,
		now: () => Date.now(),
		newId: () => crypto.randomUUID(),
		onProblem: ({ message }) => {
			throw new Error(message);
		},
		journals,
	});
	const writer = await library.createDataset();
	for (let first = 0; first < requests; first += 1_000)
		await writer.append(
			Array.from({ length: Math.min(1_000, requests - first) }, (_, i) => rowOf(first + i)),
		);
	const dataset = await writer.finish({
		name: 'bench.csv',
		files: ['bench.csv'],
		columns: ['id', 'text', 'stars'].map((column) => ({ name: column, header: column })),
		rowCount: requests,
		encoding: 'utf-8',
		delimiter: ',',
		notices: [],
	});
	const { id } = await library.createRun(setupOf(dataset.id, requests, choices));
	const store = await library.openRun(id);
	if (store === null) throw new Error('The run cannot be opened.');
	await store.takeUp();
	await store.setPhase({ name: 'running' });
	const began = performance.now();
	let next = 0;
	const lane = async (): Promise<void> => {
		while (next < requests) {
			const request = next++;
			await store.sent(request);
			await store.settle(settledOf(request, choices));
		}
	};
	await Promise.all(Array.from({ length: atOnce }, lane));
	const ms = performance.now() - began;
	await store.setPhase({ name: 'finished' });
	await library.close();
	// Else the page's own library would restore it.
	if (name !== 'volley')
		for (const file of (await journals?.names()) ?? []) await journals?.delete(file);
	return { ms, runId: id };
}

/** The same records in batched transactions of a database without index, journal or counters. */
async function bareWrite({ requests, choices }: Order): Promise<Done> {
	const name = `bare-${crypto.randomUUID()}`;
	const db = await openBare(name, (created) => {
		created.createObjectStore('requests', { keyPath: 'request' });
		created.createObjectStore('choices', { keyPath: ['request', 'position'] });
	});
	const perTransaction = Math.max(1, Math.floor(recordsPerTransaction / (1 + choices)));
	const began = performance.now();
	for (let first = 0; first < requests; first += perTransaction) {
		const tx = db.transaction(['requests', 'choices'], 'readwrite', { durability: 'relaxed' });
		for (let at = first; at < Math.min(first + perTransaction, requests); at++) {
			const { outcome, ...settled } = settledOf(at, choices);
			if (!outcome.ok) continue;
			tx.objectStore('requests').put({
				...settled,
				outcome: 'succeeded',
				completion: outcome.value.rest,
				failure: null,
			});
			outcome.value.choices.forEach((choice, position) => {
				tx.objectStore('choices').put({ request: at, position, choice });
			});
		}
		await new Promise<void>((resolve, reject) => {
			tx.oncomplete = () => {
				resolve();
			};
			tx.onabort = () => {
				reject(new Error(String(tx.error)));
			};
		});
	}
	const ms = performance.now() - began;
	db.close();
	indexedDB.deleteDatabase(name);
	return { ms };
}

/**
 * All that is stored of the run's choices, read by the page of a thousand and written as a line each to a Blob of Blobs
 * that comes to as many bytes as Volley's file.
 */
async function bareExport({ runId = '', bytesPerChoice = 0 }: Order): Promise<Done> {
	const db = await openBare(`volley-run-${runId}`);
	const filler = 'x'.repeat(bytesPerChoice);
	const parts: Blob[] = [];
	let held: string[] = [];
	let length = 0;
	const began = performance.now();
	let from: IDBValidKey = [];
	for (;;) {
		const page = await new Promise<{ request: number; position: number }[]>((resolve, reject) => {
			const reading = db
				.transaction('choices')
				.objectStore('choices')
				.getAll(IDBKeyRange.lowerBound(from, true), 1_000);
			reading.onsuccess = () => {
				resolve(reading.result);
			};
			reading.onerror = () => {
				reject(new Error(String(reading.error)));
			};
		});
		for (const record of page) {
			const json = JSON.stringify(record);
			const line = `${json}${filler.slice(0, Math.max(0, bytesPerChoice - json.length - 1))}\n`;
			held.push(line);
			length += line.length;
		}
		if (length >= partCharacters) {
			parts.push(new Blob([held.join('')]));
			held = [];
			length = 0;
		}
		const last = page.at(-1);
		if (last === undefined || page.length < 1_000) break;
		from = [last.request, last.position];
	}
	parts.push(new Blob([held.join('')]));
	const { size } = new Blob(parts);
	const ms = performance.now() - began;
	db.close();
	return { ms, bytes: size };
}

const openBare = (name: string, create?: (db: IDBDatabase) => void): Promise<IDBDatabase> =>
	new Promise((resolve, reject) => {
		const opening = create === undefined ? indexedDB.open(name) : indexedDB.open(name, 1);
		opening.onupgradeneeded = () => create?.(opening.result);
		opening.onsuccess = () => {
			resolve(opening.result);
		};
		opening.onerror = () => {
			reject(new Error(String(opening.error)));
		};
	});
