import type { EngineApi, HeldKey } from '#contract/engine-api.ts';
import type { Dataset, Row } from '#domain/dataset.ts';
import type { Draft } from '#domain/draft.ts';
import * as planRules from '#domain/plan-rules.ts';
import { ok } from '#domain/result.ts';
import type { RowQuery, RowScan } from '#domain/row-scan.ts';
import type { RowChoice } from '#domain/rows.ts';
import { ComposeState, type ComposeNeeds } from '#state/compose.svelte.ts';
import { inMemory } from '../support/in-memory.ts';
import { apiWith, HandClock } from './run-fixtures.ts';

export const dataset = (columns: readonly string[], rowCount = 3, id = 'd1'): Dataset => ({
	id,
	name: 'reviews.csv',
	files: ['reviews.csv'],
	createdAt: 0,
	columns: columns.map((name) => ({ name, header: name })),
	rowCount,
	encoding: 'utf-8',
	delimiter: ',',
	notices: [],
});

export const reviews = dataset(['ID', 'review', 'stars']);

/** Row i of any dataset: `[i, review i, stars]`. */
export const rowsFrom = (first: number, count: number): readonly Row[] =>
	Array.from({ length: count }, (_, i) => {
		const number = String(first + i);
		return [number, `review ${number}`, '5'];
	});

export const file = (name = 'reviews.csv'): File => new File(['id\n1'], name, { type: 'text/csv' });

/** What a look through three rows finds; the middle one is as a `where` asks for. */
export const scanOf = (rows: RowChoice): RowScan => ({
	rowCount: rows.kind === 'where' ? 1 : 3,
	numbers: rows.kind === 'where' ? Uint32Array.of(1) : null,
	ids: { blank: { count: 0, numbers: [] }, repeated: 0, examples: [] },
	models: [],
	unfit: [],
});

/** A worker that stores nothing but what it was asked, in order. */
export class AskedWorker {
	readonly calls: (readonly unknown[])[] = [];
	readonly held: HeldKey[] = [];
	readonly api: EngineApi;

	constructor(commands: Partial<EngineApi> = {}) {
		const log = <A extends readonly unknown[], R>(name: string, answer: (...args: A) => R) => {
			return (...args: A): Promise<Awaited<R>> => {
				this.calls.push([name, ...args]);
				return Promise.resolve(answer(...args));
			};
		};
		this.api = apiWith({
			importFiles: log('importFiles', () => ok(reviews)),
			cancelImport: log('cancelImport', () => undefined),
			getDataset: log('getDataset', () => reviews),
			listDatasets: log('listDatasets', () => []),
			readRows: log('readRows', (_id: string, first: number, count: number) =>
				rowsFrom(first, count),
			),
			scanRows: log('scanRows', (_id: string, { rows }: RowQuery) => scanOf(rows)),
			cancelScan: log('cancelScan', () => undefined),
			loadDraft: log('loadDraft', () => null),
			saveDraft: log('saveDraft', () => undefined),
			holdKey: log('holdKey', (origin: string, key: string) => {
				const held = { origin, lastFour: key.slice(-4) };
				this.held.push(held);
				return held;
			}),
			forgetKey: log('forgetKey', (origin: string) => {
				const at = this.held.findIndex((one) => one.origin === origin);
				if (at !== -1) this.held.splice(at, 1);
			}),
			heldKeys: log('heldKeys', () => [...this.held]),
			rememberedKeys: log('rememberedKeys', () => ({
				possible: true,
				origins: [],
				unlocked: false,
				earlier: [],
				later: [],
			})),
			connections: log('connections', () => []),
			startRun: log('startRun', () => ok('r1')),
			...commands,
		});
	}

	asked(name: string): (readonly unknown[])[] {
		return this.calls.filter(([called]) => called === name).map((call) => call.slice(1));
	}
}

export interface Composing {
	readonly compose: ComposeState;
	readonly worker: AskedWorker;
	readonly clock: HandClock;
}

export async function composing(
	commands: Partial<EngineApi> = {},
	needs: Partial<ComposeNeeds> = {},
): Promise<Composing> {
	const worker = new AskedWorker(commands);
	const clock = new HandClock();
	const compose = new ComposeState(worker.api, {
		fetchSample: (name) => Promise.resolve(ok(file(name))),
		clock,
		left: inMemory(),
		loadRules: () => Promise.resolve(planRules),
		...needs,
	});
	await compose.restore();
	return { compose, worker, clock };
}

export const write = (compose: ComposeState, content: string): void => {
	compose.set({ templates: [{ messages: [{ role: 'user', content }], prompt: content }] });
};

export const messagesOf = (draft: Draft): readonly string[] =>
	draft.templates.flatMap(({ messages }) => messages.map(({ content }) => content));
