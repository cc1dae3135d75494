import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Agreement } from '#domain/agreement.ts';
import { AnswerTable } from '#domain/answer-table.ts';
import type { FailureKind } from '#domain/failure.ts';
import type { JsonObject } from '#domain/json.ts';
import { barsOf, LogHistogram, quantile } from '#domain/log-histogram.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { placeOf, plannedRequests, requestAt, type PlanSize } from '#domain/plan.ts';
import { err, ok } from '#domain/result.ts';
import { numberIn, RunAnalysis } from '#domain/run-analysis.ts';
import { areFreeText, areNumbers, type RunFigures } from '#domain/run-figures.ts';
import { Timeline } from '#domain/timeline.ts';

const choiceOf = (content: string, finish = 'stop'): JsonObject => ({
	index: 0,
	message: { role: 'assistant', content },
	finish_reason: finish,
});

const answered = (
	request: number,
	texts: readonly string[],
	change: Partial<SettledRequest> = {},
): SettledRequest => ({
	request,
	outcome: ok({ rest: {}, choices: texts.map((text) => choiceOf(text)) }),
	attempts: 1,
	startedAt: 1_000_000 + request * 10,
	latencyMs: 5,
	...change,
});

const failed = (request: number, kind: FailureKind): SettledRequest => ({
	request,
	outcome: err({ kind, message: '', status: null, code: null, requestId: null, waitMs: null }),
	attempts: 1,
	startedAt: 1_000_000,
	latencyMs: 5,
});

function analysed(
	size: PlanSize,
	settled: readonly SettledRequest[],
	choicesPerRequest = 1,
	models = size.models,
): RunFigures {
	const analysis = new RunAnalysis({
		size,
		choicesPerRequest,
		models,
		placeOf: (request) => placeOf(request, size),
	});
	for (const one of settled) analysis.add(one);
	return analysis.figures;
}

const plain = (rows: number): PlanSize => ({ templates: 1, rows, models: 1 });

describe('a histogram of equal ratios', () => {
	const numbers = fc.array(fc.double({ min: 0, max: 1e11, noNaN: true }), { minLength: 1 });

	test('knows count, sum and both ends exactly, and every quantile within its bucket', () => {
		fc.assert(
			fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
				const histogram = new LogHistogram();
				for (const value of values) histogram.add(value);
				const { distribution } = histogram;
				const sorted = [...values].sort((a, b) => a - b);
				expect(distribution.count).toBe(values.length);
				expect(distribution.min).toBe(sorted[0]);
				expect(distribution.max).toBe(sorted.at(-1));
				expect(distribution.sum).toBeCloseTo(
					values.reduce((sum, value) => sum + value, 0),
					-3,
				);
				const exact = sorted[Math.max(1, Math.ceil(share * values.length)) - 1] ?? 0;
				const read = quantile(distribution, share) ?? -1;
				if (exact < 1) expect(read).toBeLessThan(1);
				else expect(Math.abs(read / exact - 1)).toBeLessThan(0.0443);
			}),
		);
	});

	test('its bars hold everything, side by side without a gap, and are no more than asked for', () => {
		fc.assert(
			fc.property(numbers, numbers, fc.integer({ min: 7, max: 60 }), (a, b, most) => {
				const both = [a, b].map((values) => {
					const histogram = new LogHistogram();
					for (const value of values) histogram.add(value);
					return histogram.distribution;
				});
				const drawn = barsOf(both, most);
				[a, b].forEach((values, i) => {
					const bars = drawn[i] ?? [];
					expect(bars.length).toBeLessThanOrEqual(most);
					expect(bars.map(({ from }) => from)).toEqual(drawn[0]?.map(({ from }) => from));
					bars.slice(1).forEach(({ from }, at) => {
						expect(from).toBe(bars[at]?.to);
					});
					for (const { from, to, count } of bars)
						expect(count).toBe(
							values.filter((value) => value >= from * (1 - 1e-12) && value < to * (1 - 1e-12))
								.length,
						);
				});
			}),
			{ examples: [[[0, 1, 8], [3], 20]] },
		);
	});

	test('what is no number counts as nothing', () => {
		const histogram = new LogHistogram();
		for (const value of [Number.NaN, -1, Infinity]) histogram.add(value);
		expect(histogram.distribution.count).toBe(0);
		expect(quantile(histogram.distribution, 0.5)).toBeNull();
	});
});

describe('the table of answers', () => {
	const texts = fc.array(
		fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 2 })),
		{
			maxLength: 300,
		},
	);
	const naive = (met: readonly (readonly [number, number])[]): Map<string, number[]> => {
		const counts = new Map<string, number[]>();
		for (const [text, cell] of met) {
			const own = counts.get(String(text)) ?? [0, 0, 0];
			own[cell] = (own[cell] ?? 0) + 1;
			counts.set(String(text), own);
		}
		return counts;
	};

	test('is exact, in all and by cell, while every text has a place', () => {
		fc.assert(
			fc.property(texts, (met) => {
				const table = new AnswerTable(3, 31);
				for (const [text, cell] of met) table.add(String(text), cell);
				const expected = naive(met);
				expect(table.isExact).toBe(true);
				expect(table.size).toBe(expected.size);
				for (const { text, count, most, cells } of table.all()) {
					expect(cells).toEqual(expected.get(text));
					expect(count).toBe(cells.reduce((sum, one) => sum + one, 0));
					expect(most).toBe(count);
				}
			}),
		);
	});

	test('past that it says no count that is too high, and misses no frequent text', () => {
		fc.assert(
			fc.property(texts, fc.integer({ min: 1, max: 12 }), (met, places) => {
				const table = new AnswerTable(3, places);
				for (const [text, cell] of met) table.add(String(text), cell);
				const expected = naive(met);
				const held = new Set<string>();
				for (const { text, count, most, cells } of table.all()) {
					held.add(text);
					const exact = expected.get(text) ?? [0, 0, 0];
					const total = exact.reduce((sum, one) => sum + one, 0);
					expect(count).toBeLessThanOrEqual(total);
					expect(most).toBeGreaterThanOrEqual(total);
					cells.forEach((own, cell) => {
						expect(own).toBeLessThanOrEqual(exact[cell] ?? 0);
					});
				}
				expect(table.isExact).toBe(expected.size <= places);
				for (const [text, counts] of expected) {
					const total = counts.reduce((sum, one) => sum + one, 0);
					if (total > met.length / places) expect(held).toContain(text);
				}
			}),
		);
	});

	test('gives the most frequent first', () => {
		const table = new AnswerTable(1);
		for (const text of ['b', 'a', 'c', 'c', 'a', 'c']) table.add(text, 0);
		expect(table.top(2).map(({ text, count }) => [text, count])).toEqual([
			['c', 3],
			['a', 2],
		]);
	});
});

describe('agreement', () => {
	/** Ten psychiatrists and ten patients, of Fleiss (1971) as Wikipedia has it: kappa 0.210. */
	const fleiss = [
		[0, 0, 0, 0, 14],
		[0, 2, 6, 4, 2],
		[0, 0, 3, 5, 6],
		[0, 3, 9, 2, 0],
		[2, 2, 8, 1, 1],
		[7, 7, 0, 0, 0],
		[3, 2, 6, 3, 0],
		[2, 5, 3, 2, 2],
		[6, 5, 2, 1, 0],
		[0, 2, 2, 3, 7],
	];

	test('has the kappa of the known example', () => {
		const agreement = new Agreement(plain(10), 14, 0);
		fleiss.forEach((counts, row) => {
			const answers = counts.flatMap((times, kind) =>
				Array.from({ length: times }, () => kind + 1),
			);
			agreement.add(row, answers, -1);
		});
		expect(agreement.figures.kappa).toBeCloseTo(0.21, 3);
		expect(agreement.figures.choices).toMatchObject({ prompts: 10, unanimous: 1 });
		expect(agreement.figures.choices?.meanPairs).toBeCloseTo(0.378, 3);
	});

	const plans = fc.record({
		templates: fc.integer({ min: 1, max: 3 }),
		rows: fc.integer({ min: 1, max: 8 }),
		models: fc.integer({ min: 1, max: 3 }),
		repeats: fc.integer({ min: 1, max: 3 }),
	});

	test('is what comparing every answer with every other gives, whatever order they come in', () => {
		fc.assert(
			fc.property(
				plans,
				fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 300, maxLength: 300 }),
				fc.infiniteStream(fc.nat()),
				(size, kinds, chance) => {
					const planned = plannedRequests(size);
					const answerOf = (request: number): number => kinds[request] ?? 0;
					const order = Array.from({ length: planned }, (_, request) => ({
						request,
						at: chance.next().value as number,
					})).sort((a, b) => a.at - b.at);
					const agreement = new Agreement(size, 1, 0);
					for (const { request } of order) {
						const answer = answerOf(request);
						agreement.add(request, answer === 0 ? [] : [answer], -1);
					}
					const { crossing, choices } = agreement.figures;

					const places = size.templates * size.models;
					const at = (rowIndex: number, place: number, repeat: number): number =>
						answerOf(
							requestAt(
								{
									promptIndex: Math.floor(place / size.models),
									rowIndex,
									modelIndex: place % size.models,
									repeat,
								},
								size,
							),
						);
					const rows = Array.from({ length: size.rows }, (_, row) =>
						Array.from({ length: places }, (_unused, place) => at(row, place, 0)),
					);
					if (places === 1) expect(crossing).toBeNull();
					else {
						const full = rows.filter((answers) => !answers.includes(0));
						expect(crossing?.rows).toBe(full.length);
						expect(crossing?.unanimous).toBe(
							full.filter((answers) => new Set(answers).size === 1).length,
						);
						for (const { a, b, both, equal } of crossing?.pairs ?? []) {
							const shared = rows.filter((answers) => answers[a] !== 0 && answers[b] !== 0);
							expect([both, equal]).toEqual([
								shared.length,
								shared.filter((answers) => answers[a] === answers[b]).length,
							]);
						}
					}
					if (size.repeats === 1) expect(choices).toBeNull();
					else {
						const prompts = rows.flatMap((_, row) =>
							Array.from({ length: places }, (_unused, place) =>
								Array.from({ length: size.repeats }, (_none, repeat) => at(row, place, repeat)),
							),
						);
						const full = prompts.filter((answers) => !answers.includes(0));
						expect(choices?.prompts).toBe(full.length);
						expect(choices?.unanimous).toBe(
							full.filter((answers) => new Set(answers).size === 1).length,
						);
					}
				},
			),
		);
	});

	test('compares the most frequent of several choices across models', () => {
		const size = { templates: 1, rows: 1, models: 2 };
		const agreement = new Agreement(size, 3, 2);
		agreement.add(0, [7, 8, 8], 0);
		agreement.add(1, [8, 8, 8], 1);
		expect(agreement.figures.crossing).toMatchObject({ rows: 1, unanimous: 1 });
		expect(agreement.accordOf(0)).toEqual({ prompts: 1, unanimous: 0, meanPairs: 1 / 3 });
		expect(agreement.accordOf(1)).toEqual({ prompts: 1, unanimous: 1, meanPairs: 1 });
	});

	test('says so where there are too many answers to join', () => {
		const size = { templates: 2, rows: 20_000_000, models: 1 };
		const { crossing, isTooLarge } = new Agreement(size, 1, 0).figures;
		expect([crossing, isTooLarge]).toEqual([null, true]);
	});
});

describe('the timeline', () => {
	test('sums up to what happened, in at most 120 buckets without a gap, in any order', () => {
		fc.assert(
			fc.property(
				fc.array(fc.tuple(fc.integer({ min: 0, max: 3e9 }), fc.boolean()), { minLength: 1 }),
				fc.integer({ min: 0, max: 1.8e12 }),
				(events, start) => {
					const timeline = new Timeline();
					for (const [at, succeeded] of events) timeline.add(start + at, succeeded);
					const { from, widthMs, succeeded, failed } = timeline.figures;
					expect(succeeded.length).toBeLessThanOrEqual(120);
					expect(failed).toHaveLength(succeeded.length);
					succeeded.forEach((count, i) => {
						const inside = events.filter(([at]) => Math.floor((start + at - from) / widthMs) === i);
						expect([count, failed[i]]).toEqual([
							inside.filter(([, isGood]) => isGood).length,
							inside.filter(([, isGood]) => !isGood).length,
						]);
					});
					expect((succeeded[0] ?? 0) + (failed[0] ?? 0)).toBeGreaterThan(0);
					expect((succeeded.at(-1) ?? 0) + (failed.at(-1) ?? 0)).toBeGreaterThan(0);
				},
			),
		);
	});

	test('is as fine as a second, and a pause is a row of empty buckets', () => {
		const timeline = new Timeline();
		for (const at of [10_000, 10_400, 12_000, 130_000]) timeline.add(at, true);
		expect(timeline.figures.widthMs).toBe(2_000);
		expect(timeline.figures.succeeded.slice(0, 3)).toEqual([2, 1, 0]);
		expect(timeline.figures.succeeded).toHaveLength(61);
	});
});

describe('the analysis of a run', () => {
	test('counts complete answers by their trimmed text, and the others as what they are', () => {
		const { answers, all } = analysed(plain(9), [
			answered(0, ['positive']),
			answered(1, [' positive\n']),
			answered(2, ['\nnegative']),
			answered(3, ['']),
			{ ...answered(4, []), outcome: ok({ rest: {}, choices: [choiceOf('posi', 'length')] }) },
			{
				...answered(5, []),
				outcome: ok({
					rest: {},
					choices: [{ index: 0, message: { refusal: 'I cannot.' }, finish_reason: 'stop' }],
				}),
			},
			{
				...answered(6, []),
				outcome: ok({
					rest: {},
					choices: [{ index: 0, message: { tool_calls: [{}] }, finish_reason: 'tool_calls' }],
				}),
			},
			failed(7, 'timeout'),
			answered(8, ['x'.repeat(201)]),
		]);
		expect(answers.top).toEqual([
			{ text: 'positive', response: 'positive', count: 2, most: 2, cells: [2] },
			{ text: 'negative', response: '\nnegative', count: 1, most: 1, cells: [1] },
		]);
		expect(answers).toMatchObject({ complete: 5, different: 2, isExact: true, long: 1, calls: 1 });
		expect(all.marks).toEqual({ complete: 5, truncated: 1, refused: 1, filtered: 0, empty: 1 });
		expect(all.failures).toEqual({ timeout: 1 });
		expect(all.finishReasons).toEqual({ stop: 6, length: 1, tool_calls: 1 });
		expect([all.succeeded, all.failed]).toEqual([8, 1]);
	});

	test('tells each template at each model apart', () => {
		const size = { templates: 2, rows: 2, models: 2 };
		const settled = Array.from({ length: 8 }, (_, request) =>
			answered(request, [request < 4 ? 'a' : 'b', request % 2 === 0 ? 'even' : 'odd']),
		);
		const { cells, answers, agreement } = analysed(size, settled, 2);
		expect(cells.map(({ template, model, succeeded }) => [template, model, succeeded])).toEqual([
			[0, 0, 2],
			[0, 1, 2],
			[1, 0, 2],
			[1, 1, 2],
		]);
		const byText = Object.fromEntries(answers.top.map(({ text, cells: own }) => [text, own]));
		expect(byText).toEqual({
			a: [2, 2, 0, 0, 0],
			b: [0, 0, 2, 2, 0],
			even: [2, 0, 2, 0, 0],
			odd: [0, 2, 0, 2, 0],
		});
		expect(agreement.choices).toEqual({ prompts: 8, unanimous: 0, meanPairs: 0 });
		expect(agreement.crossing?.pairs.map(({ both, equal }) => [both, equal])).toEqual([
			[2, 2],
			[2, 0],
			[2, 0],
			[2, 0],
			[2, 0],
			[2, 2],
		]);
	});

	test('tells models apart that the rows name, and keeps apart what is not known any more', () => {
		const size = plain(4);
		const analysis = new RunAnalysis({
			size,
			choicesPerRequest: 1,
			models: 2,
			placeOf: (request) => ({ promptIndex: 0, modelIndex: [0, 1, 1, -1][request] ?? 0 }),
		});
		for (let request = 0; request < 4; request++) analysis.add(answered(request, ['a']));
		const { cells, answers, agreement } = analysis.figures;
		expect(cells.map(({ succeeded }) => succeeded)).toEqual([1, 2]);
		expect(answers.top[0]?.cells).toEqual([1, 2, 1]);
		expect(agreement.crossing).toBeNull();
	});

	test('does not tell apart more templates and models than can be shown', () => {
		const size = { templates: 65, rows: 1, models: 1 };
		const { cells, hasTooManyCells } = analysed(size, [answered(0, ['a'])]);
		expect([cells, hasTooManyCells]).toEqual([[], true]);
		const paired = analysed({ ...size, rows: 65, paired: true }, [answered(0, ['a'])]);
		expect([paired.cells, paired.hasTooManyCells]).toEqual([[], false]);
	});

	test('sums up answers that are numbers', () => {
		const settled = ['4', '5', '5', '1', ' 3 '].map((text, i) => answered(i, [text]));
		const { all } = analysed(plain(5), settled);
		expect(all.numbers).toEqual({ count: 5, mean: 3.6, median: 4, min: 1, max: 5 });
		expect(areNumbers(all)).toBe(true);
		const mixed = analysed(plain(2), [answered(0, ['4']), answered(1, ['many'])]).all;
		expect(areNumbers(mixed)).toBe(false);
	});

	test.each([
		['4', 4],
		['-0.5', -0.5],
		['+3', 3],
		['1,200', 1_200],
		['1,20', null],
		['4 stars', null],
		['', null],
		['0x10', null],
		['1e5', null],
		['12.', null],
	])('the number in “%s” is %s', (text, number) => {
		expect(numberIn(text)).toBe(number);
	});

	test.each([
		['a few classes', (i: number) => `class ${String(i % 5)}`, false],
		['texts of their own', (i: number) => `answer ${String(i)}`, true],
		['long texts', (i: number) => 'long '.repeat(50 + (i % 2)), true],
		['more different texts than have a place', (i: number) => `answer ${String(i % 11_000)}`, true],
	])('tells whether to count equal answers says anything: %s', (_, textOf, isFree) => {
		const settled = Array.from({ length: 12_000 }, (_none, i) => answered(i, [textOf(i)]));
		expect(areFreeText(analysed(plain(12_000), settled).answers)).toBe(isFree);
	});

	test('counts the time of an answer only where somebody measured it', () => {
		const { latency } = analysed(plain(3), [
			answered(0, ['a']),
			// As a batch brings it, and as what was never sent.
			answered(1, ['a'], { latencyMs: 0 }),
			{ ...failed(2, 'contextLengthExceeded'), attempts: 0, latencyMs: 0 },
		]);
		expect(latency.answer).toMatchObject({ count: 1, sum: 5, min: 5 });
	});

	test('says what was waited for only where it was measured', () => {
		const past = [
			{ startedAt: 0, latencyMs: 100, failure: failureIn(failed(0, 'timeout')), waitedMs: 400 },
			{ startedAt: 500, latencyMs: 50, failure: failureIn(failed(0, 'network')), waitedMs: 200 },
		];
		const unmeasured = analysed(plain(1), [answered(0, ['a'])]).latency;
		expect(unmeasured).toMatchObject({ queue: null, backoff: null, lost: null });
		expect(unmeasured.answer).toMatchObject({ count: 1, sum: 5 });
		const measured = analysed(plain(2), [
			answered(0, ['a'], { queuedMs: 30, past }),
			answered(1, ['a'], { queuedMs: 10 }),
		]).latency;
		expect(measured.queue).toMatchObject({ count: 2, sum: 40 });
		expect(measured.backoff).toMatchObject({ count: 2, sum: 600, min: 0, max: 600 });
		expect(measured.lost).toMatchObject({ count: 2, sum: 150 });
	});

	test('counts the tokens of a call once', () => {
		const usage = {
			usage: {
				prompt_tokens: 20,
				completion_tokens: 8,
				completion_tokens_details: { reasoning_tokens: 3 },
			},
		};
		const shared = (request: number): SettledRequest => ({
			...answered(request, []),
			outcome: ok({ rest: usage, choices: [choiceOf('a')] }),
			call: { size: 2, position: request },
		});
		const { tokens } = analysed(plain(2), [shared(0), shared(1)]);
		expect(tokens.prompt).toMatchObject({ count: 1, sum: 20 });
		expect(tokens.completion).toMatchObject({ count: 1, sum: 8 });
		expect(tokens.reasoning).toMatchObject({ count: 1, sum: 3 });
		expect(tokens.cached).toBeNull();
	});
});

function failureIn({ outcome }: SettledRequest) {
	if (outcome.ok) throw new Error('It is an answer.');
	return outcome.error;
}
