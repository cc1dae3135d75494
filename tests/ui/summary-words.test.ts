import { describe, expect, test } from 'vitest';
import { LogHistogram } from '#domain/log-histogram.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { placeOf, type PlanSize } from '#domain/plan.ts';
import { err, ok } from '#domain/result.ts';
import { RunAnalysis } from '#domain/run-analysis.ts';
import type { RunFigures } from '#domain/run-figures.ts';
import {
	agreementWords,
	answerBars,
	answerTable,
	cellName,
	comparisons,
	differentWords,
	measureWords,
	milliseconds,
	numberWords,
	sideLines,
	timeTable,
	timeWords,
	withoutNone,
} from '#ui/run/summary/figure-words.ts';
import { toTsv } from '#ui/run/summary/table.ts';

const answered = (request: number, texts: readonly string[], finish = 'stop'): SettledRequest => ({
	request,
	outcome: ok({
		rest: {},
		choices: texts.map((content) => ({ message: { content }, finish_reason: finish })),
	}),
	attempts: 1,
	startedAt: Date.UTC(2026, 10, 12, 14, 3, request),
	latencyMs: 0,
});

const failed = (request: number): SettledRequest => ({
	...answered(request, []),
	outcome: err({
		kind: 'timeout',
		message: '',
		status: null,
		code: null,
		requestId: null,
		waitMs: null,
	}),
});

function figuresOf(size: PlanSize, settled: readonly SettledRequest[], n = 1): RunFigures {
	const analysis = new RunAnalysis({
		size,
		choicesPerRequest: n,
		models: size.models,
		placeOf: (request) => placeOf(request, size),
	});
	for (const one of settled) analysis.add(one);
	return analysis.figures;
}

const texts = (...all: string[]): RunFigures =>
	figuresOf(
		{ templates: 1, rows: all.length, models: 1 },
		all.map((text, i) => answered(i, [text])),
	);

describe('the bars of the answers', () => {
	const labels = (figures: RunFigures, most: number, isNumeric = false) =>
		answerBars(figures, most, isNumeric).map(({ label, count, tone }) => [label, count, tone]);

	test('are the most frequent ones, the rest, and then those that are not complete', () => {
		const size = { templates: 1, rows: 8, models: 1 };
		const figures = figuresOf(size, [
			...['a', 'b', 'b', 'c', 'b', 'a'].map((text, i) => answered(i, [text])),
			answered(6, ['cut'], 'length'),
			answered(7, ['']),
		]);
		expect(labels(figures, 2)).toEqual([
			['b', 3, 'plain'],
			['a', 2, 'plain'],
			['other answers', 1, 'other'],
			['cut off', 1, 'warn'],
			['empty', 1, 'warn'],
		]);
		expect(answerBars(figures, 1, false).map(({ filter }) => filter)).toEqual([
			{ answer: 'b' },
			null,
			{ show: 'truncated' },
			{ show: 'empty' },
		]);
		expect(answerTable(answerBars(figures, 1, false), 8).rows[0]).toEqual(['b', '3', '38 %']);
	});

	test('of a scale stand in the order of the scale', () => {
		const figures = texts('5', '1', '5', '3', '5', '3');
		expect(labels(figures, 10, true).map(([label]) => label)).toEqual(['1', '3', '5']);
		expect(figures.all.numbers && numberWords(figures.all.numbers)).toBe(
			'Mean 3.667, median 4, from 1 to 5',
		);
	});

	test('ask for the response as it came', () => {
		expect(answerBars(texts(' a\n'), 1, false)[0]).toMatchObject({
			label: 'a',
			filter: { answer: ' a\n' },
		});
	});

	test.each([
		[texts('a', 'b', 'a'), '2 different'],
		[texts('a', 'x'.repeat(300)), 'more than 1 different'],
	])('say how many differ', (figures, words) => {
		expect(differentWords(figures.answers)).toBe(words);
	});
});

describe('templates and models side by side', () => {
	const size = { templates: 2, rows: 2, models: 2 };
	const figures = figuresOf(
		size,
		[...['a', 'a', 'a', 'b', 'a', 'b', 'a'].map((text, i) => answered(i, [text, text])), failed(7)],
		2,
	);

	test('have a column each, whose shares are of its own answers', () => {
		const lines = sideLines(figures, 1);
		const line = (label: string) =>
			lines.find((one) => one.label === label)?.cells.map(({ text }) => text);
		expect(line('a')).toEqual(['100 %', '50 %', '100 %', '0 %']);
		expect(line('other answers')).toEqual(['0 %', '50 %', '0 %', '100 %']);
		expect(line('succeeded')).toEqual(['2', '2', '2', '1']);
		expect(line('failed')).toEqual(['0', '0', '0', '1']);
		expect(line('all choices equal')).toEqual(['100 %', '100 %', '100 %', '100 %']);
	});

	test('are compared with what differs in one thing alone', () => {
		const [templates, models] = comparisons(figures, { models: ['m1', 'm2'] });
		expect(templates?.title).toBe('Templates, at the same model');
		expect(templates?.at(0, 1)).toEqual({ both: 3, equal: 2 });
		expect(models?.names).toEqual(['m1', 'm2']);
		expect(models?.at(0, 1)).toEqual({ both: 3, equal: 1 });
		expect(agreementWords(figures)).toEqual([
			'All choices of a prompt are equal in 100 % of 7 prompts; two of them are in 100 %. Fleiss’ kappa 1.00.',
			'All templates and models give the same answer for 0 % of 1 row.',
		]);
	});

	test.each([
		[2, ['m1', 'm2'], 'Template 1 · m2'],
		[2, ['m1'], 'Template 1'],
		[1, ['m1', 'm2'], 'm2'],
	])('are called by what they differ in', (templates, models, name) => {
		const template = { kind: 'completion', text: '' } as const;
		const setup = { templates: Array.from({ length: templates }, () => template), models };
		expect(cellName({ template: 0, model: models.length - 1 }, setup)).toBe(name);
	});
});

describe('the pictures of numbers', () => {
	const histogram = (...values: number[]) => {
		const made = new LogHistogram();
		for (const value of values) made.add(value);
		return made.distribution;
	};

	test('say what was measured, and that nothing was', () => {
		const measure = { label: 'Queue', format: milliseconds, missing: 'not measured' };
		expect(measureWords({ ...measure, distribution: null })).toBe('not measured');
		expect(measureWords({ ...measure, distribution: histogram(40, 40, 40, 2_000) })).toBe(
			'median 40 ms, 95 % up to 2.0 s, most 2.0 s',
		);
	});

	test('leave out what had none', () => {
		expect(withoutNone(histogram(0, 0, 0))).toMatchObject({ count: 0, counts: [] });
		const some = withoutNone(histogram(0, 8, 8));
		expect(some).toMatchObject({ count: 2, first: histogram(8).first });
		expect(some.counts).toEqual([2]);
		expect(withoutNone(histogram(8))).toEqual(histogram(8));
	});

	test('of the time have a row for a pause', () => {
		const size = { templates: 1, rows: 200, models: 1 };
		const { time } = figuresOf(size, [answered(0, ['a']), failed(1), answered(100, ['a'])]);
		expect(timeTable(time, 0, 'UTC').rows).toEqual([
			['14:03:00', '1', '0'],
			['14:03:01', '0', '1'],
			['14:03:02', 'nothing', 'nothing'],
			['14:04:40', '1', '0'],
		]);
		expect(timeWords(time)).toBe('Settled over 1 min 41 s, highest 60/min in 1 s, 1 failed');
	});

	test('go to a spreadsheet cell by cell', () => {
		expect(toTsv({ head: ['a', 'b'], rows: [['x\ty', '1\n2']] })).toBe('a\tb\nx y\t1 2');
	});
});
