import { describe, expect, test } from 'vitest';
import { emptyDraft, type Draft } from '#domain/draft.ts';
import {
	asksForFlex,
	parametersOf,
	withFlex,
	withoutFlex,
	withoutParameter,
	withParameter,
	withParameterAdded,
} from '#state/parameter-edits.ts';

const on = (endpoint: Draft['endpoint'], ...names: readonly string[]): Draft =>
	names.reduce(withParameterAdded, { ...emptyDraft, endpoint });

describe('the parameters of a draft', () => {
	test('are added at the end, once, boolean ones as true', () => {
		expect(parametersOf(on('chatCompletions', 'top_p', 'store', 'top_p'))).toEqual([
			{ name: 'top_p', value: '' },
			{ name: 'store', value: 'true' },
		]);
	});

	test.each([
		['chatCompletions', [{ name: 'logprobs', value: 'true' }]],
		['responses', [{ name: 'include', value: 'message.output_text.logprobs' }]],
	] as const)('bring with them what they do nothing without at %s', (endpoint, companions) => {
		expect(parametersOf(on(endpoint, 'top_logprobs'))).toEqual([
			...companions,
			{ name: 'top_logprobs', value: '' },
		]);
		const [{ name }] = companions;
		const had = withParameter(on(endpoint, name), 0, 'mine');
		expect(parametersOf(withParameterAdded(had, 'top_logprobs'))).toEqual([
			{ name, value: 'mine' },
			{ name: 'top_logprobs', value: '' },
		]);
	});

	test('are changed and removed by their place', () => {
		const draft = on('chatCompletions', 'top_p', 'seed');
		expect(parametersOf(withParameter(draft, 1, '5'))).toEqual([
			{ name: 'top_p', value: '' },
			{ name: 'seed', value: '5' },
		]);
		expect(parametersOf(withoutParameter(draft, 0))).toEqual([{ name: 'seed', value: '' }]);
	});
});

describe('flex', () => {
	test.each([
		[120, 900],
		[null, 900],
		[NaN, 900],
		[1_200, 1_200],
	])('turns a timeout of %s into one of %s', (timeoutSeconds, expected) => {
		const draft = { ...emptyDraft, settings: { ...emptyDraft.settings, timeoutSeconds } };
		expect(withFlex(draft).settings.timeoutSeconds).toBe(expected);
	});

	test('takes the place of another tier, and goes again', () => {
		const draft = withParameter(on('chatCompletions', 'top_p', 'service_tier'), 1, 'priority');
		expect(asksForFlex(draft)).toBe(false);
		const flex = withFlex(draft);
		expect(asksForFlex(flex)).toBe(true);
		expect(parametersOf(flex)).toEqual([
			{ name: 'top_p', value: '' },
			{ name: 'service_tier', value: 'flex' },
		]);
		expect(parametersOf(withoutFlex(flex))).toEqual([{ name: 'top_p', value: '' }]);
	});
});
