import { describe, expect, test } from 'vitest';
import type { ComparisonQuery } from '#contract/engine-api.ts';
import type { ComparedRow } from '#domain/comparison.ts';
import type { Failure } from '#domain/failure.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import type { PromptTemplate } from '#domain/prompt.ts';
import { planSizeOf, type RunSetup } from '#domain/run.ts';
import { everyRow } from '#domain/chosen-rows.ts';
import { readComparison } from '#worker/compare-reader.ts';
import type { PlanRows } from '#worker/plan-rows.ts';
import { RunPlan } from '#worker/run-plan.ts';
import { failureOf, setup as plain } from '../state/run-fixtures.ts';

const columns = [
	{ name: 'id', header: 'id' },
	{ name: 'which', header: 'which' },
];
const template: PromptTemplate = { kind: 'completion', text: '{id}' };
const base: RunSetup = {
	...plain,
	datasetId: 'd',
	idColumn: 'id',
	rowCount: 3,
	templates: [template],
};

type Answer = readonly string[] | Failure;

const settledAs = (request: number, answer: Answer): SettledRequest => ({
	request,
	attempts: 1,
	startedAt: 0,
	latencyMs: 1,
	outcome:
		'kind' in answer
			? { ok: false, error: answer }
			: {
					ok: true,
					value: {
						rest: {},
						choices: answer.map((text, index) => ({ index, text, finish_reason: 'stop' })),
					},
				},
});

/** What was read of the store, beside the answer. */
async function compared(
	change: Partial<RunSetup>,
	answers: Readonly<Record<number, Answer>>,
	query: Partial<ComparisonQuery> = {},
	{ known = columns, rows = null }: { known?: typeof columns; rows?: PlanRows | null } = {},
) {
	const setup = { ...base, ...change };
	const plan = new RunPlan(
		setup,
		known,
		(row) => Promise.resolve(known.length === 0 ? [] : [`r${String(row)}`, 'm2']),
		() => [],
		rows,
	);
	const reads: (readonly [number, number])[] = [];
	const store = {
		readSettled: (first: number, count: number) => {
			reads.push([first, count]);
			const found = Object.entries(answers)
				.map(([request, answer]) => settledAs(Number(request), answer))
				.filter(({ request }) => request >= first && request < first + count);
			return Promise.resolve(found);
		},
	};
	const page = await readComparison(store, plan, setup.parameters.completionsPerPrompt, {
		...{ runId: 'run-1', offset: 0, limit: 10, firstSeries: 0, seriesLimit: 12 },
		...query,
	});
	return { ...page, reads, planned: planSizeOf(setup) };
}

/** Each row as id, then the texts of each series; `…` waits, `!` failed, `-` was not given. */
const shown = (rows: readonly ComparedRow[]): string[] =>
	rows.map(({ id, series }) =>
		[
			id,
			...series.map(({ choices }) =>
				choices
					.map(({ state, text }) =>
						state === 'succeeded'
							? text
							: { waiting: '…', failed: `!${text}`, notGiven: '-' }[state],
					)
					.join('/'),
			),
		].join(' | '),
	);

const n = (completionsPerPrompt: number): Partial<RunSetup> => ({
	parameters: { ...plain.parameters, completionsPerPrompt },
});

describe('rows side by side', () => {
	test('of templates × models', async () => {
		// Plan order: template, row, model.
		const answers = Object.fromEntries(
			Array.from({ length: 12 }, (_, k) => [k, [`a${String(k)}`]] as const),
		);
		const change = { templates: [template, template], models: ['m1', 'm2'] };
		const { rows, total } = await compared(change, answers);
		expect(total).toBe(3);
		expect(shown(rows)).toEqual([
			'r0 | a0 | a1 | a6 | a7',
			'r1 | a2 | a3 | a8 | a9',
			'r2 | a4 | a5 | a10 | a11',
		]);
		expect(rows[0]?.series.map(({ model }) => model)).toEqual(['m1', 'm2', 'm1', 'm2']);
		expect(rows[1]?.cells).toEqual(['r1', 'm2']);
	});

	test('with their n choices, those that were not given, that failed and that wait', async () => {
		const failed = failureOf('serverError', { message: 'it broke' });
		const { rows } = await compared(
			{ ...n(2), models: ['m1', 'm2'] },
			{ 0: ['x', 'y'], 1: ['x'], 2: failed },
		);
		expect(shown(rows)).toEqual([
			'r0 | x/y | x/-',
			'r1 | !it broke/!it broke | …/…',
			'r2 | …/… | …/…',
		]);
	});

	test('whose choices came in several requests', async () => {
		const { rows } = await compared(
			{ repeats: 2, models: ['m1', 'm2'] },
			{ 0: ['a'], 1: ['b'], 2: ['c'], 3: ['d'], 11: ['z'] },
		);
		expect(shown(rows)).toEqual(['r0 | a/b | c/d', 'r1 | …/… | …/…', 'r2 | …/… | …/z']);
		expect(rows[2]?.series[1]?.choices.map(({ request }) => request)).toEqual([10, 11]);
	});

	test('each with a template of its own', async () => {
		const change: Partial<RunSetup> = {
			templates: [template, template, template],
			models: ['m1', 'm2'],
			pairing: 'pair',
		};
		const { rows } = await compared(change, { 0: ['a'], 1: ['b'], 4: ['c'], 5: ['d'] });
		expect(shown(rows)).toEqual(['r0 | a | b', 'r1 | … | …', 'r2 | c | d']);
		expect(rows.map(({ place }) => place.promptIndex)).toEqual([0, 1, 2]);
	});

	test('each with the model that it names', async () => {
		const change: Partial<RunSetup> = {
			templates: [template, template],
			models: ['m1', 'm2'],
			bindings: [{ column: 'which', parameter: 'model' }],
		};
		const rowsOfPlan = { rows: everyRow(3), models: Uint8Array.of(1, 0, 1), keys: null };
		const { rows } = await compared(change, { 0: ['a'], 3: ['b'] }, {}, { rows: rowsOfPlan });
		expect(shown(rows)).toEqual(['r0 | a | b', 'r1 | … | …', 'r2 | … | …']);
		expect(rows.map(({ series }) => series.map(({ model }) => model))).toEqual([
			['m2', 'm2'],
			['m1', 'm1'],
			['m2', 'm2'],
		]);
	});

	test('whose table is gone, by their number', async () => {
		const { rows } = await compared({ models: ['m1', 'm2'] }, { 0: ['a'] }, {}, { known: [] });
		expect(shown(rows)).toEqual(['0 | a | …', '1 | … | …', '2 | … | …']);
		expect(rows[0]?.cells).toEqual([]);
	});

	test('without data', async () => {
		const change = { datasetId: null, rowCount: 1, idColumn: null, models: ['m1', 'm2'] };
		const { rows, total } = await compared(change, { 1: ['b'] }, {}, { known: [] });
		expect(total).toBe(1);
		expect(shown(rows)).toEqual(['0 | … | b']);
	});
});

describe('what the answers of a row say', () => {
	test.each<[string, Readonly<Record<number, Answer>>, Partial<ComparedRow>]>([
		[
			'is the same but for blanks around',
			{ 0: ['yes\n', ' yes'], 1: ['yes', 'yes'] },
			{ answers: 4, distinct: 1, waits: false },
		],
		[
			'differs in case',
			{ 0: ['yes', 'Yes'], 1: ['yes', 'yes'] },
			{ answers: 4, distinct: 2, waits: false },
		],
		[
			'is not known while it waits',
			{ 0: ['yes', 'yes'] },
			{ answers: 2, distinct: 1, waits: true },
		],
		[
			'leaves failures out',
			{ 0: ['yes', 'yes'], 1: failureOf('timeout') },
			{ answers: 2, distinct: 1, waits: false },
		],
	])('%s', async (_, answers, row) => {
		const { rows } = await compared({ ...n(2), models: ['m1', 'm2'] }, answers);
		expect(rows[0]).toMatchObject(row);
	});

	test('is told by the whole texts, however long they are and however many', async () => {
		const long = 'x'.repeat(5_000);
		const answers = { 0: [...Array<string>(5).fill(long), `${long}y`] };
		const { rows } = await compared({ ...n(6) }, answers);
		expect(rows[0]).toMatchObject({ answers: 6, distinct: 2 });
		const [cell] = rows[0]?.series ?? [];
		expect(cell?.choices).toHaveLength(4);
		expect(cell?.choices[0]?.text.length).toBeLessThan(1_000);
		expect(cell?.distinct).toBe(2);
	});
});

describe('a page of them', () => {
	const change: Partial<RunSetup> = {
		rowCount: 1_000,
		templates: [template, template, template],
		models: ['m1', 'm2'],
	};

	test('reads no more than it shows', async () => {
		const { reads, rows } = await compared(change, {}, { offset: 100, limit: 20 });
		expect(rows).toHaveLength(20);
		expect(reads).toEqual([200, 2_200, 4_200].map((first) => [first, 40]));
	});

	test('holds the series that were asked for', async () => {
		const answers = Object.fromEntries(
			Array.from({ length: 6_000 }, (_, k) => [k, [String(k)]] as const),
		);
		const { rows, reads } = await compared(change, answers, {
			...{ offset: 2, limit: 1, firstSeries: 3, seriesLimit: 2 },
		});
		expect(shown(rows)).toEqual(['r2 | 2005 | 4004']);
		expect(reads).toHaveLength(2);
	});

	test.each([
		{ offset: 990, limit: 100, length: 10 },
		{ offset: 5_000, limit: 10, length: 0 },
		{ offset: -5, limit: 3, length: 3 },
		{ offset: 0, limit: 10, firstSeries: 99, length: 0 },
	])('ends where the plan ends: %j', async ({ length, ...query }) => {
		const { rows, total } = await compared(change, {}, query);
		expect(rows).toHaveLength(length);
		expect(total).toBe(1_000);
	});
});
