import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { templateOf } from '#domain/check-template.ts';
import type { TemplateDraft } from '#domain/draft.ts';
import { roles, type Message } from '#domain/prompt.ts';
import { isTemplateFileName } from '#domain/template-file-name.ts';
import { mostTemplates } from '#domain/caps.ts';
import { readTemplateFile, templatesFile } from '#domain/template-files.ts';

const ofText = (content: string): TemplateDraft => ({
	messages: [
		{ role: 'system', content: '' },
		{ role: 'user', content },
	],
	prompt: content,
});
const user = (content: string): Message => ({ role: 'user', content });
const system = (content: string): Message => ({ role: 'system', content });
const chat = (...messages: readonly Message[]): TemplateDraft => ({ messages, prompt: '' });

const read = (name: string, text: string): readonly TemplateDraft[] => {
	const result = readTemplateFile(name, text);
	if (!result.ok) throw new Error(result.error.join(' '));
	return result.value.templates;
};
const faults = (name: string, text: string): readonly string[] => {
	const result = readTemplateFile(name, text);
	return result.ok ? [] : result.error;
};

describe('a template file', () => {
	test.each<[string, string, string, readonly TemplateDraft[]]>([
		['a text is one prompt', 'p.txt', 'Judge {review}', [ofText('Judge {review}')]],
		['the end of its last line is not sent', 'p.txt', 'a\nb\n', [ofText('a\nb')]],
		['a blank line before it is', 'p.txt', 'a\n\n', [ofText('a\n')]],
		['line ends become single', 'p.txt', 'a\r\nb\rc\r\n', [ofText('a\nb\nc')]],
		['a byte order mark is none of it', 'p.txt', '\ufeffa', [ofText('a')]],
		[
			'Markdown is kept whole, its rules too',
			'p.md',
			'# One\n---\n*two*\n',
			[ofText('# One\n---\n*two*')],
		],
		['any other ending is text', 'prompt', '{"a": 1}', [ofText('{"a": 1}')]],
		[
			'a list of messages is one chat',
			'p.json',
			'[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "{q}"}]',
			[chat(system('Be brief.'), user('{q}'))],
		],
		[
			'a list of lists is several',
			'p.json',
			'[[{"role": "user", "content": "a"}], [{"role": "developer", "content": "b"}]]',
			[chat(user('a')), chat({ role: 'developer', content: 'b' })],
		],
		[
			'a list of texts is several prompts',
			'p.json',
			'["I like {food}", "I hate {food}"]',
			[ofText('I like {food}'), ofText('I hate {food}')],
		],
		['a text alone is one', 'P.JSON', '"a"', [ofText('a')]],
		[
			'messages under their key',
			'p.json',
			'{"messages": [{"role": "user", "content": "a"}]}',
			[chat(user('a'))],
		],
		[
			'lists of messages under their key',
			'p.json',
			'{"messages": [[{"role": "user", "content": "a"}], [{"role": "user", "content": "b"}]]}',
			[chat(user('a')), chat(user('b'))],
		],
		['a prompt under its key', 'p.json', '{"prompt": "a"}', [ofText('a')]],
		['prompts under their key', 'p.json', '{"prompt": ["a", "b"]}', [ofText('a'), ofText('b')]],
		[
			'roles as keys, in their order',
			'p.json',
			'{"user": "a", "assistant": "b", "system": "c"}',
			[chat(user('a'), { role: 'assistant', content: 'b' }, system('c'))],
		],
		[
			'a list of any of these',
			'p.json',
			'["a", {"prompt": "b"}, [{"role": "user", "content": "c"}], {"system": "d", "user": "e"}]',
			[ofText('a'), ofText('b'), chat(user('c')), chat(system('d'), user('e'))],
		],
		[
			'a line each',
			'p.jsonl',
			'"a"\r\n\n{"messages": [{"role": "user", "content": "b"}]}\n[{"role": "user", "content": "c\\r\\nd"}]\n',
			[ofText('a'), chat(user('b')), chat(user('c\nd'))],
		],
		['{__proto__} as text', 'p.json', '["{__proto__}"]', [ofText('{__proto__}')]],
	])('%s', (_, name, text, expected) => {
		expect(read(name, text)).toEqual(expected);
	});

	test.each([
		['nothing', 'p.txt', ' \n', ['p.txt is empty. Write a prompt in it.']],
		['bytes', 'p.txt', 'PK\0', ['p.txt is not a text file. Choose .txt, .md, .json or .jsonl.']],
		['broken JSON', 'p.json', '[', [/^p\.json is not valid JSON, line 1, column 2: it ends here/]],
		[
			'a broken line',
			'p.jsonl',
			'"a"\n{"b"\n"c"',
			[/^p\.jsonl, line 2 is not valid JSON, column 5: it ends here/],
		],
		['an empty list', 'p.json', '[]', ['p.json holds no template: its list is empty.']],
		['a number', 'p.json', '[1]', [/^p\.json, template 1 is a number\. A template is a text, /]],
		['null', 'p.jsonl', 'null', [/^p\.jsonl, line 1 is null\./]],
		['rows of a table', 'p.json', '[{"review": "x"}]', [/^p\.json, template 1 holds no prompt\./]],
		[
			'one message a line',
			'p.jsonl',
			'{"role": "user", "content": "a"}',
			[/^p\.jsonl, line 1 is a single message\. .*one list/],
		],
		[
			'a chat without messages',
			'p.json',
			'[[]]',
			['p.json, template 1 has no messages. Write at least one.'],
		],
		[
			'every wrong message at once',
			'p.json',
			'[{"role": "bot", "content": "a"}, {"role": "user", "content": ["b"]}, {"content": "c"}, "d", {"role": "user"}]',
			[
				'p.json, message 1 has the role "bot". The roles are system, developer, user, assistant.',
				'p.json, message 2: its content is a list. It must be text.',
				'p.json, message 3 has the role of nobody. The roles are system, developer, user, assistant.',
				'p.json, message 4 is text. A message is {"role": "user", "content": "..."}.',
				'p.json, message 5: its content is missing. It must be text.',
			],
		],
		[
			'messages that are no list',
			'p.json',
			'{"messages": "a"}',
			['p.json: “messages” is text. It must be a list.'],
		],
		[
			'a prompt that is no text',
			'p.json',
			'{"prompt": [1]}',
			['p.json: “prompt” is a number. It must be text.'],
		],
		['no prompts', 'p.json', '{"prompt": []}', ['p.json: “prompt” is an empty list.']],
		[
			'more than a run takes',
			'p.jsonl',
			'"a"\n'.repeat(mostTemplates + 1),
			['p.jsonl holds 10,001 templates, more than the 10,000 that a run takes.'],
		],
	])('that holds %s is refused: where, and why', (_, name, text, expected) => {
		expect(faults(name, text)).toEqual(
			expected.map((fault) =>
				typeof fault === 'string' ? fault : (expect.stringMatching(fault) as string),
			),
		);
	});

	test('names the keys that it has no place for, each once', () => {
		const result = readTemplateFile(
			'p.json',
			'[{"prompt": "a", "n": 2}, {"prompt": "b", "n": 3}, {"messages": [{"role": "user", "content": "c", "name": "d"}], "__proto__": 1}]',
		);
		expect(result).toMatchObject({ ok: true, value: { ignored: ['n', 'name', '__proto__'] } });
	});

	test('as long as a run takes is read', () => {
		expect(read('p.jsonl', '"a"\n'.repeat(mostTemplates))).toHaveLength(mostTemplates);
	});

	test('of any text is read or refused, never a fault of the program', () => {
		const name = fc.constantFrom('a.txt', 'a.md', 'a.json', 'a.jsonl');
		const text = fc.oneof(
			fc.string({ unit: 'binary' }),
			fc.json(),
			fc.jsonValue().map((value) => JSON.stringify({ messages: value, prompt: value })),
			fc.jsonValue().map((value) => JSON.stringify([{ role: 'user', content: value }])),
		);
		fc.assert(
			fc.property(name, text, (file, content) => {
				const result = readTemplateFile(file, content);
				if (result.ok) expect(result.value.templates.length).toBeGreaterThan(0);
				else expect(result.error.join('')).not.toBe('');
			}),
		);
	});
});

test.each([
	['a.md', true],
	['A.JSON', true],
	['b.jsonl', true],
	['b.txt', true],
	['b.csv', false],
	['json', false],
	['judge.volley.json', false],
	['judge.volley (1).json', false],
])('whether %s is a template file: %s', (name, expected) => {
	expect(isTemplateFileName(name)).toBe(expected);
});

describe('exported templates', () => {
	/** Not blank: a message left empty is not sent, so it is not exported either. */
	const content = fc
		.string({ unit: 'binary', minLength: 1 })
		.map((text) => `x${text.replace(/\r/g, '')}`);
	const messages = fc.array(fc.record({ role: fc.constantFrom(...roles), content }), {
		minLength: 1,
	});

	test('read back are the same chats', () => {
		const drafts = fc.array(
			messages.map((list) => chat(...list)),
			{ minLength: 1 },
		);
		fc.assert(
			fc.property(drafts, (written) => {
				expect(read('t.json', templatesFile('chatCompletions', written))).toEqual(written);
			}),
		);
	});

	test('read back are the same prompts', () => {
		fc.assert(
			fc.property(fc.array(content.map(ofText), { minLength: 1 }), (written) => {
				expect(read('t.json', templatesFile('completions', written))).toEqual(written);
			}),
		);
	});

	test('send the same, and each keeps its place, also where messages or templates are empty', () => {
		const written = [ofText('a'), ofText(''), chat(system(''), user('b')), chat()];
		const back = read('t.json', templatesFile('chatCompletions', written));
		expect(back.map((draft) => templateOf('chatCompletions', draft))).toEqual(
			written.map((draft) => templateOf('chatCompletions', draft)),
		);
	});
});
