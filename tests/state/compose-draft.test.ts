import { describe, expect, test } from 'vitest';
import { providers } from '#domain/connection.ts';
import { templateOf } from '#domain/check-template.ts';
import { emptyDraft, emptyShare, type Draft } from '#domain/draft.ts';
import { compileTemplate } from '#domain/prompt.ts';
import { withSaved } from '#state/connection-edits.ts';
import {
	withMessage,
	withMessageAdded,
	withMessageMoved,
	withModel,
	withModelAdded,
	withoutMessage,
	withoutModel,
	withoutTemplate,
	withProvider,
	withTemplate,
	withTemplateAdded,
	withTemplateCopied,
	withTemplateMoved,
} from '#state/draft-edits.ts';
import { draftOrigin } from '#state/draft-origin.ts';
import { renderedTexts, roughTokens } from '#state/rendered-prompt.ts';
import { suggestedModels } from '#state/suggested-models.ts';
import { braceKinds, highlight } from '#ui/compose/highlight.ts';
import { messageLabels } from '#ui/compose/message-labels.ts';
import { choiceWords, planFactors } from '#ui/compose/plan-words.ts';
import { leavesWords, targetWords } from '#ui/compose/provider-words.ts';
import { checkDraft } from '#domain/check-draft.ts';
import { reviews } from './compose-fixtures.ts';

const text = (content: string) => ({
	messages: [{ role: 'user', content }] as const,
	prompt: content,
});

describe('choosing a provider', () => {
	test.each([
		{ models: ['demo-small'], provider: 'openai', become: [suggestedModels.openai[0]] },
		{ models: ['demo-small', ''], provider: 'compatible', become: [''] },
		{ models: ['my-model'], provider: 'openai', become: ['my-model'] },
		{ models: ['my-model'], provider: 'demo', become: ['my-model'] },
	] as const)('$provider makes $models into $become', ({ models, provider, become }) => {
		expect(withProvider({ ...emptyDraft, models }, provider).models).toEqual(become);
	});

	test.each(providers)('%s that is chosen already changes nothing', (provider) => {
		const draft = { ...emptyDraft, provider, models: ['x'] };
		expect(withProvider(draft, provider)).toBe(draft);
	});
});

describe('what was typed for a model', () => {
	const saved = (models: readonly string[]) => (draft: Draft) =>
		withSaved(draft, {
			id: 'c1',
			name: 'Mine',
			connection: {
				provider: 'openai',
				baseUrl: 'https://api.openai.com/v1',
				organization: '',
				project: '',
				usesKey: true,
			},
			models,
		});
	const toOpenAi = (draft: Draft) => withProvider(draft, 'openai');

	test.each<[string, readonly string[], (draft: Draft) => Draft, readonly string[]]>([
		['a saved connection with other models', ['a', 'b'], saved(['b', 'c', 'a']), ['b', '', 'a']],
		['a saved connection without models', ['a', 'b'], saved([]), ['a', 'b']],
		['a saved connection', ['', ' a'], saved(['a', 'x']), ['a', '']],
		['a provider, of models that were chosen', ['a', 'b'], toOpenAi, ['a', 'b']],
		['a provider, of suggested models', ['demo-small', 'demo-large'], toOpenAi, ['']],
		['another name in its field', ['a', 'b'], (draft) => withModel(draft, 1, 'c'), ['a', 'b']],
		['a model added', ['a', ''], withModelAdded, ['a', '', '']],
		['a model removed', ['', 'a', ''], (draft) => withoutModel(draft, 0), ['a', '']],
		['one of two like models removed', ['a', 'a'], (draft) => withoutModel(draft, 0), ['a']],
	])('goes with it after %s', (_, models, change, expected) => {
		const typed = models.map((model) => model.trim());
		const changed = change({
			...emptyDraft,
			models,
			modelParameters: [...typed, 'of none'],
			shares: [{ ...emptyShare, models: [...typed, 'of none'] }],
		});
		const padded = (list: readonly string[] = []) => changed.models.map((_, i) => list[i] ?? '');
		expect(padded(changed.modelParameters)).toEqual(expected);
		expect(padded(changed.shares?.[0]?.models)).toEqual(expected);
	});

	test.each([withModelAdded, saved(['b']), toOpenAi])('is nothing where nothing was', (change) => {
		const changed = change({ ...emptyDraft, shares: [emptyShare] });
		expect(changed).not.toHaveProperty('modelParameters');
		expect(changed.shares).toEqual([emptyShare]);
		expect(change(emptyDraft)).not.toHaveProperty('shares');
	});
});

describe('the templates', () => {
	const draft = { ...emptyDraft, templates: [text('a'), text('b')] };
	const prompts = (from: typeof emptyDraft) => from.templates.map(({ prompt }) => prompt);

	test.each([
		['added', withTemplateAdded(draft), ['a', 'b', '']],
		['copied', withTemplateCopied(draft, 0), ['a', 'a', 'b']],
		['removed', withoutTemplate(draft, 0), ['b']],
		['written', withTemplate(draft, 1, { prompt: 'c' }), ['a', 'c']],
	])('%s', (_, changed, expected) => {
		expect(prompts(changed)).toEqual(expected);
		expect(prompts(draft)).toEqual(['a', 'b']);
	});

	const three = { ...emptyDraft, templates: [text('a'), text('b'), text('c')] };
	test.each([
		{ from: 0, to: 1, become: ['b', 'a', 'c'] },
		{ from: 0, to: 2, become: ['b', 'c', 'a'] },
		{ from: 2, to: 0, become: ['c', 'a', 'b'] },
		{ from: 0, to: -1, become: ['a', 'b', 'c'] },
		{ from: 2, to: 3, become: ['a', 'b', 'c'] },
		{ from: 3, to: 0, become: ['a', 'b', 'c'] },
	])('moved from $from to $to become $become', ({ from, to, become }) => {
		expect(prompts(withTemplateMoved(three, from, to))).toEqual(become);
		const messages = three.templates.flatMap((template) => template.messages);
		expect(
			withMessageMoved({ messages, prompt: '' }, from, to).messages.map(({ content }) => content),
		).toEqual(become);
	});

	test('keep what stands in the other form when one is written', () => {
		const changed = withTemplate(draft, 0, { prompt: 'c' }).templates[0];
		expect(changed).toEqual({ messages: text('a').messages, prompt: 'c' });
	});

	test('take turns: after the user comes the assistant, after anyone else the user', () => {
		const one = withMessageAdded(text('a'));
		const two = withMessageAdded({ ...one, prompt: '' });
		expect(two.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
	});

	test('lose and change only the message meant', () => {
		const two = { ...withMessageAdded(text('a')), prompt: '' };
		expect(withoutMessage(two, 0).messages).toEqual([{ role: 'assistant', content: '' }]);
		expect(withMessage(two, 1, { role: 'system' }).messages.map(({ role }) => role)).toEqual([
			'user',
			'system',
		]);
	});

	test('lose only the model meant', () => {
		expect(withoutModel({ ...emptyDraft, models: ['a', 'b', 'c'] }, 1).models).toEqual(['a', 'c']);
	});
});

describe('the origin of a draft', () => {
	test.each([
		{ provider: 'demo', baseUrl: '', origin: 'https://demo.invalid' },
		{ provider: 'openai', baseUrl: 'https://other.example', origin: 'https://api.openai.com' },
		{
			provider: 'compatible',
			baseUrl: 'http://localhost:1234/v1/',
			origin: 'http://localhost:1234',
		},
		{ provider: 'compatible', baseUrl: 'localhost:1234', origin: null },
	] as const)('$provider $baseUrl is $origin', ({ provider, baseUrl, origin }) => {
		expect(draftOrigin({ ...emptyDraft, provider, baseUrl })).toBe(origin);
	});
});

const awkward = [
	'',
	'plain',
	'{review}',
	'{ review }: {stars}{stars}',
	'{{"a": "{review}"}}',
	'{"a": {"b": 1}} {unknown} }}{{',
	'{{{review}}}',
	'línea\n\n{review}\n',
];

describe('the preview of a template', () => {
	test.each(awkward)('%j shows what is sent', (content) => {
		const row = ['7', 'has {stars} and {{braces}}', ''];
		const template = templateOf('completions', text(content));
		const prompt = compileTemplate(template, reviews.columns).render(row);
		const shown = renderedTexts(template, reviews.columns, row)
			.flatMap(({ pieces }) => pieces)
			.filter(({ from }) => from !== 'nowhere');
		expect(shown.map((piece) => piece.text).join('')).toBe(
			prompt.kind === 'completion' ? prompt.text : '',
		);
	});

	test('tells what the row put in from what was written, and marks what names no column', () => {
		const template = templateOf('chatCompletions', text('Is {review} {revew}?'));
		expect(renderedTexts(template, reviews.columns, ['1', 'good'])).toEqual([
			{
				role: 'user',
				pieces: [
					{ from: 'template', text: 'Is ' },
					{ from: 'row', text: 'good' },
					{ from: 'template', text: ' ' },
					{ from: 'nowhere', text: '{revew}' },
					{ from: 'template', text: '?' },
				],
			},
		]);
	});

	test('counts four characters to a token', () => {
		const template = templateOf('chatCompletions', text('12345 {review}'));
		expect(roughTokens(template, reviews.columns, ['', '67'])).toBe(2);
	});
});

describe('the colours under a template', () => {
	test.each(awkward)('%j are laid over exactly its text', (content) => {
		const stretches = highlight(content, () => true);
		expect(stretches.map((stretch) => stretch.text).join('')).toBe(content);
	});

	test('tell known from unknown variables, and doubled braces from those that are text', () => {
		const looks = highlight('a {x} {y} {{b}} {"c"}', (name) => name === 'x');
		expect(looks.map(({ look }) => look)).toEqual([
			'text',
			'known',
			'text',
			'unknown',
			'text',
			'doubled',
			'text',
			'doubled',
			'text',
			'literal',
			'text',
			'literal',
		]);
	});
});

describe('the legend under a template', () => {
	test.each([
		['{x}', { unknown: null, literal: false, doubled: false }],
		['{x} {y} {z}', { unknown: '{y}', literal: false, doubled: false }],
		['{"a": 1} {x}', { unknown: null, literal: true, doubled: false }],
		['{{x}}', { unknown: null, literal: false, doubled: true }],
	])('of %j tells apart what there is', (content, expected) => {
		expect(braceKinds(['', content], (name) => name === 'x')).toEqual(expected);
	});

	test('a long text is laid over exactly, with fewer marks, and a huge one with none', () => {
		for (const length of [30_000, 300_000]) {
			const source = '{"a": {x}} '.repeat(length / 10);
			const stretches = highlight(source, () => true);
			expect(stretches.map(({ text: piece }) => piece).join('')).toBe(source);
			expect(stretches.some(({ look }) => look === 'literal')).toBe(false);
		}
	});
});

describe('words', () => {
	test('number a role that comes again', () => {
		expect(messageLabels(['system', 'user', 'assistant', 'user', 'developer'])).toEqual([
			'System message',
			'User message',
			'Assistant message',
			'User message 2',
			'Developer message',
		]);
	});

	test('say what Start would send', () => {
		const draft = { ...emptyDraft, templates: [text('{review}'), text('{stars}')] };
		expect(planFactors(checkDraft(draft, reviews), true)).toBe('2 templates × 3 rows × 1 model');
		expect(planFactors(checkDraft(draft, null), false)).toBe('2 templates × 1 model');
	});

	test.each([
		{ n: 1, said: null },
		{ n: null, said: null },
		{ n: NaN, said: null },
		{ n: 2, said: '6 choices' },
	])('say with $n completions per prompt: $said', ({ n, said }) => {
		const draft = { ...emptyDraft, templates: [text('{review}')] };
		expect(choiceWords(checkDraft(draft, reviews), n)).toBe(said);
	});

	test('say where it goes', () => {
		const draft = { ...emptyDraft, provider: 'compatible', models: ['a', ' ', 'b'] } as const;
		expect(targetWords(draft, 'https://host.example')).toBe('host.example · 2 models');
		expect(targetWords(emptyDraft, 'https://demo.invalid')).toBe('Demo · demo-small');
	});

	test.each([
		['demo', 'https://demo.invalid', false, 'Nothing leaves it.'],
		['openai', 'https://api.openai.com', false, 'Prompts and the key go to api.openai.com'],
		['compatible', 'http://localhost:1234', false, 'Prompts go to localhost:1234'],
		['compatible', 'http://localhost:1234', true, 'Prompts and the key go to localhost:1234'],
		['compatible', null, false, 'Prompts go to this address'],
	] as const)('say what leaves for %s at %s', (provider, origin, withKey, said) => {
		expect(leavesWords(provider, origin, withKey)).toContain(said);
	});
});
