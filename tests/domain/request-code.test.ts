import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '#domain/json.ts';
import {
	curlCommand,
	jsonText,
	pythonLiteral,
	pythonScript,
	shellWord,
	type RequestPreview,
} from '#domain/request-code.ts';
import { readPythonLiteral } from '../support/python-literal.ts';

const hard = [
	"it's 'quoted' \"twice\"",
	'back\\slash \\n \\u0041 \\',
	'two\nlines\r\nand\ttab',
	'$HOME `date` $(date) !! ${x}',
	'NUL \0 bell \u0007 escape \u001b[31m',
	'żółć とても 👍🏽 قهوة',
	'half \ud83d and half \udc4d',
	'line\u2028and\u2029paragraph\u0085next',
	'turned \u202eback\u2066 and \u200bnothing\ufeff',
	'# not a comment <<BODY\nBODY\n',
	'{"a": {"b": [1, null, true]}}',
	'',
];
const anyText = fc.oneof(fc.constantFrom(...hard), fc.string({ unit: 'binary' }));
const anyJson = fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<JsonValue>;

const preview = (content: string, more: Partial<RequestPreview> = {}): RequestPreview => ({
	url: 'https://api.openai.com/v1/chat/completions',
	headers: [
		{ name: 'accept', value: 'application/json', endsWithKey: false },
		{ name: 'authorization', value: 'Bearer ', endsWithKey: true },
		{ name: 'openai-organization', value: "org'$x", endsWithKey: false },
	],
	body: { model: 'm', n: 2, messages: [{ role: 'user', content }] },
	...more,
});

/** What curl would be given: its words and its input, read by a real shell. */
function wordsOf(command: string): { readonly words: readonly string[]; readonly input: string } {
	const script = `curl() { printf '%s\\0' "$#" "$@"; cat; }\n${command}`;
	const { stdout, stderr, status } = spawnSync('sh', [], {
		input: script,
		env: { PATH: process.env['PATH'] ?? '', OPENAI_API_KEY: 'sk-$key"\'`' },
		encoding: 'utf8',
		maxBuffer: 10_000_000,
	});
	if (status !== 0) throw new Error(stderr);
	const [count = '', ...rest] = stdout.split('\0');
	return { words: rest.slice(0, Number(count)), input: rest.slice(Number(count)).join('\0') };
}

describe('the curl command', () => {
	test.each(hard)('gives curl the address, the headers, the key and %j', (content) => {
		const { words } = wordsOf(curlCommand(preview(content), 'OPENAI_API_KEY'));
		expect(words.slice(0, -1)).toEqual([
			'https://api.openai.com/v1/chat/completions',
			'-H',
			'accept: application/json',
			'-H',
			'authorization: Bearer sk-$key"\'`',
			'-H',
			"openai-organization: org'$x",
			'--data-raw',
		]);
		expect(JSON.parse(words.at(-1) ?? '')).toEqual(preview(content).body);
	});

	test('quotes any text as one word', () => {
		const visible = anyText.map((text) => text.replace(/\0|\p{Cs}/gu, ''));
		fc.assert(
			fc.property(fc.array(visible, { minLength: 1, maxLength: 20 }), (texts) => {
				const { words } = wordsOf(`curl ${texts.map(shellWord).join(' ')}\n`);
				expect(words).toEqual(texts);
			}),
			{ numRuns: 20 },
		);
	});

	test('gives a body longer than a word may be as input', () => {
		const content = `BODY\n'${'long '.repeat(50_000)}\nBODY`;
		const { words, input } = wordsOf(curlCommand(preview(content), 'OPENAI_API_KEY'));
		expect(words.slice(-2)).toEqual(['--data-binary', '@-']);
		expect(JSON.parse(input)).toEqual(preview(content).body);
	});

	test('keeps what stands before the key as it is', () => {
		const value = 'a "b" $HOME `date` \\ ';
		const headers = [{ name: 'x', value, endsWithKey: true }];
		const { words } = wordsOf(curlCommand(preview('a', { headers }), 'OPENAI_API_KEY'));
		expect(words[2]).toBe(`x: ${value}sk-$key"'\``);
	});

	test('takes brackets in an address as they are', () => {
		const url = 'http://[::1]:8080/v1/completions';
		expect(wordsOf(curlCommand(preview('a', { url }), 'K')).words.slice(0, 2)).toEqual([
			'--globoff',
			url,
		]);
	});
});

describe('the Python script', () => {
	const parts = (script: string) => {
		const match =
			/^(?<imports>[^]*?)\n\nurl = (?<url>.*)\nheaders = (?<headers>\{[^]*?\n\})\nbody = (?<body>[^]*)\n\nresponse = (?<call>.*)\n/.exec(
				script,
			);
		return match?.groups ?? {};
	};

	test('posts the body to the address with the headers, the key from the environment', () => {
		const { imports, url, headers, body, call } = parts(
			pythonScript(preview(hard.join('|')), 'OPENAI_API_KEY', 120),
		);
		expect(imports).toBe('import os\n\nimport requests');
		expect(readPythonLiteral(url ?? '')).toBe('https://api.openai.com/v1/chat/completions');
		expect(headers).toContain('"authorization": "Bearer " + os.environ["OPENAI_API_KEY"],');
		expect(readPythonLiteral((headers ?? '').replace(/ \+ os[^,]*/, ''))).toEqual({
			accept: 'application/json',
			authorization: 'Bearer ',
			'openai-organization': "org'$x",
		});
		expect(readPythonLiteral(body ?? '')).toEqual(preview(hard.join('|')).body);
		expect(call).toBe('requests.post(url, headers=headers, json=body, timeout=120)');
	});

	test('reads no environment where no key is sent', () => {
		const headers = preview('a').headers.filter(({ endsWithKey }) => !endsWithKey);
		expect(pythonScript(preview('a', { headers }), 'K', 1)).not.toMatch(/import os|environ/);
	});

	test('sends a header that is the key alone', () => {
		const headers = [{ name: 'api-key', value: '', endsWithKey: true }];
		expect(pythonScript(preview('a', { headers }), 'API_KEY', 1)).toContain(
			'    "api-key": os.environ["API_KEY"],\n',
		);
	});

	test('spells any value so that Python reads it back', () => {
		fc.assert(
			fc.property(fc.oneof(anyText, anyJson), (value) => {
				const back = readPythonLiteral(pythonLiteral(value));
				expect(JSON.stringify(back)).toBe(JSON.stringify(value));
			}),
			{ numRuns: 500 },
		);
	});
});

describe('the JSON shown', () => {
	test('means the same, and holds no character that a reader cannot see', () => {
		fc.assert(
			fc.property(fc.oneof(anyText, anyJson), (value) => {
				const text = jsonText(value);
				expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value));
				expect(text).not.toMatch(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\ufeff]/);
				expect([...text].filter((char) => char < ' ' && char !== '\n')).toEqual([]);
			}),
			{ numRuns: 500 },
		);
	});
});
