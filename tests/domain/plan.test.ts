import { expect, test } from 'vitest';
import { placeOf, plannedRequests, requestAt } from '#domain/plan.ts';
import { compileTemplate } from '#domain/prompt.ts';

test('the order is template, row, model', () => {
	const size = { templates: 2, rows: 2, models: 2 };
	expect(plannedRequests(size)).toBe(8);
	const places = Array.from({ length: 8 }, (_, k) => {
		const { promptIndex, rowIndex, modelIndex } = placeOf(k, size);
		return `${String(promptIndex)}${String(rowIndex)}${String(modelIndex)}`;
	});
	expect(places).toEqual(['000', '001', '010', '011', '100', '101', '110', '111']);
});

test('a place leads back to its request', () => {
	const size = { templates: 2, rows: 5, models: 3 };
	for (let k = 0; k < 30; k++) expect(requestAt(placeOf(k, size), size)).toBe(k);
});

test('two templates and two rows give the prompts of the classic example in its order', () => {
	const columns = [{ name: 'food', header: 'food' }];
	const templates = ['I like {food}', 'I hate {food}'].map((text) =>
		compileTemplate({ kind: 'completion', text }, columns),
	);
	const rows = [['pizza'], ['apples']];
	const size = { templates: 2, rows: 2, models: 1 };
	const prompts = Array.from({ length: 4 }, (_, k) => {
		const { promptIndex, rowIndex } = placeOf(k, size);
		return templates[promptIndex]?.render(rows[rowIndex] ?? []);
	});
	expect(prompts).toEqual(
		['I like pizza', 'I like apples', 'I hate pizza', 'I hate apples'].map((text) => ({
			kind: 'completion',
			text,
		})),
	);
});

test('the last of a billion places is computed, not counted', () => {
	expect(placeOf(999_999_999, { templates: 10, rows: 1_000_000, models: 100 })).toEqual({
		promptIndex: 9,
		rowIndex: 999_999,
		modelIndex: 99,
	});
});

test('variables stand in every message, and a short row fills with empty text', () => {
	const compiled = compileTemplate(
		{
			kind: 'chat',
			messages: [
				{ role: 'system', content: 'Speak {language}.' },
				{ role: 'user', content: '{text} {language}' },
			],
		},
		[
			{ name: 'text', header: 'text' },
			{ name: 'language', header: 'language' },
		],
	);
	expect(compiled.variables).toEqual(['language', 'text']);
	expect(compiled.render(['hello {language}'])).toEqual({
		kind: 'chat',
		messages: [
			{ role: 'system', content: 'Speak .' },
			{ role: 'user', content: 'hello {language} ' },
		],
	});
});
