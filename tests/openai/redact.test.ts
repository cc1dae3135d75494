import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Connection } from '#domain/connection.ts';
import { createSender } from '#openai/create-sender.ts';
import { listModels } from '#openai/list-models.ts';
import { Redactor } from '#openai/redact.ts';
import { encodings, sentinels, shapes, textsOf, tracesOf } from '../support/sentinel.ts';

const key = 'sk-proj-Ab3+/dEf="quoted"-XyZ9876';

describe('what is said of a failure', () => {
	test.each([
		...Object.entries(encodings).map(([name, encode]) => [name, encode(key)] as const),
		['behind Bearer', `Bearer ${key}`] as const,
		['cut to its end', `…**********${key.slice(-4)}`] as const,
		['in hex with spaces', [...Buffer.from(key)].map((b) => b.toString(16)).join(' ')] as const,
	])('loses the key %s', (_, form) => {
		const clean = new Redactor([key]).failure(`Incorrect API key provided: ${form} . See docs.`);
		expect(clean).toContain('[redacted]');
		expect(clean).toMatch(/^Incorrect API key provided: .* \. See docs\.$/s);
		expect(clean).not.toContain(key.slice(-4));
		expect(tracesOf(key, clean)).toEqual([]);
	});

	test.each([
		['somebody else’s key', 'key sk-abcdefghijklmnop here', 'key [redacted] here'],
		['a key of another kind', 'key gsk_abcdefghijklmnop12 here', 'key [redacted] here'],
		['a bearer token', 'Authorization: Bearer abcdefghijk', 'Authorization: [redacted]'],
		['an api-key field', '{"api-key": "0123456789abcdef"}', '{"api-key": "[redacted]"}'],
	])('loses %s without knowing it', (_, text, expected) => {
		expect(new Redactor().failure(text)).toBe(expected);
	});

	test.each(['Limit 3, Used 3.', 'Please ask-me for the task-force-of-nine', 'sk-1', '****'])(
		'keeps %j as it is',
		(text) => {
			expect(new Redactor([key, '']).failure(text)).toBe(text);
		},
	);
});

describe('what a model says', () => {
	const redactor = new Redactor([...sentinels]);

	test.each(Object.entries(encodings))('loses a live key %s', (_, encode) => {
		for (const sentinel of sentinels)
			expect(tracesOf(sentinel, redactor.answer(`It is ${encode(sentinel)}, no?`))).toEqual([]);
	});

	test.each([
		'A key of OpenAI looks like sk-... or sk-proj-abcdefghijklmnop, a header like Bearer abcdefghijklmnop.',
		'{"api_key": "your-key-goes-here"}',
		'sk-proj-',
		'rating: *****, ends in 1aUe',
		'one more example: *** 0o',
	])('keeps %j, which only looks like one', (text) => {
		expect(redactor.answer(text)).toBe(text);
	});

	test.each(['x', 'ollama', 'EMPTY', 'lm-studio', 'not-needed'])(
		'keeps the word %j where that is what a local server is given for a key',
		(word) => {
			const text = `Run ${word} and see what ${word} says about xylophones.`;
			expect(new Redactor([word]).answer(text)).toBe(text);
		},
	);

	test('loses a piece of a key that is too long to be chance', () => {
		expect(redactor.answer(`It begins ${sentinels[0].slice(10, 26)} and so on`)).toBe(
			'It begins [redacted] and so on',
		);
	});
});

describe('a key that comes in two', () => {
	const forms = {
		...encodings,
		'in hex, in upper case': (one: string) => encodings['in hex'](one).toUpperCase(),
		'in hex with spaces': (one: string) => encodings['in hex'](one).replace(/../g, '$& '),
		'in hex, as a list': (one: string) => encodings['in hex'](one).replace(/../g, '0x$&, '),
		'a character each': (one: string) => [...one].join(' '),
		'in lines of 20': (one: string) => one.replace(/.{20}/g, '$&\n'),
		'in base64, %-encoded': (one: string) => encodeURIComponent(encodings['in base64'](one)),
		'in base64, in lines within JSON': (one: string) =>
			JSON.stringify(encodings['in base64, in lines of 64'](one)),
	};
	test.each(Object.entries(forms))('leaves no piece of it, %s', (_, encode) => {
		for (const sentinel of sentinels) {
			const redactor = new Redactor([sentinel]);
			const form = encode(sentinel);
			for (const at of [0.3, 0.4, 0.5, 0.6, 0.7].map((part) => Math.round(form.length * part)))
				for (const half of [form.slice(0, at), form.slice(at)]) {
					const text = `It is ${half} , no?`;
					expect(tracesOf(sentinel, redactor.failure(text))).toEqual([]);
					// Of the last four behind stars an answer may have as many by chance.
					if (form !== encodings['cut to its ends'](sentinel))
						expect(tracesOf(sentinel, redactor.answer(text), 12)).toEqual([]);
				}
		}
	});
});

test('a half of a key is found in base64url, also where that is not written as base64 is', () => {
	const one = 'a?>~1b~>?2c>?~3d?~>4e>~?5f~?>6g?>7';
	const redactor = new Redactor([one]);
	for (const user of ['', 'a', 'ab']) {
		const form = Buffer.from(`${user}${one}`).toString('base64url');
		expect(form).toMatch(/[-_].*[-_]/);
		for (const half of [form.slice(0, 24), form.slice(24)]) {
			expect(redactor.answer(half)).toMatch(/^.{0,3}\[redacted\].{0,3}$/);
			expect(tracesOf(one, redactor.failure(half))).toEqual([]);
		}
	}
});

describe('a text that holds no key is left as it is', () => {
	const random = (seed: number): string => {
		const bytes = createHash('sha512').update(String(seed)).digest();
		return bytes.toString('base64url');
	};
	const keys = Array.from({ length: 20 }, (_, i) => `sk-proj-${random(i).slice(0, 30 + 2 * i)}`);
	const redactor = new Redactor(keys);

	test.each([
		'README.md',
		'docs/keys.md',
		'CHANGELOG.md',
		'package-lock.json',
		'src/openai/redact.ts',
	])('%s', async (path) => {
		const text = await readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
		expect(redactor.answer(text) === text).toBe(true);
	});

	test('numbers, ids, digests, encoded texts and words of any kind', () => {
		const letters = (all: string, length: number) =>
			fc.array(fc.constantFrom(...all.split('')), { maxLength: length }).map((one) => one.join(''));
		const part = fc.oneof(
			fc.uuid(),
			fc.double().map(String),
			letters('0123456789abcdef', 128),
			letters('0123456789', 40),
			fc.uint8Array({ maxLength: 200 }).map((one) => Buffer.from(one).toString('base64')),
			fc.uint8Array({ maxLength: 40 }).map((one) => one.join(', ')),
			fc.webUrl().map(encodeURIComponent),
			fc.lorem({ maxCount: 12 }),
			fc.json(),
			fc.string({ unit: 'grapheme' }),
			letters('\\u%&amp;#x025 \n', 60),
		);
		fc.assert(
			fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
				const text = parts.join(' ');
				expect(redactor.answer(text)).toBe(text);
				expect(redactor.failure(text)).toBe(text);
			}),
			{ numRuns: 500 },
		);
	});
});

test.each([
	['backslashes', '\\'.repeat(300_000)],
	['escaped ampersands', `&${'amp;'.repeat(100_000)}`],
	['escaped per cents', `%${'25'.repeat(100_000)}`],
	['breaks of the line', `Zq7wK4pT9${'\n'.repeat(300_000)}`],
	['single letters', 'a '.repeat(100_000)],
])('very many %s are looked through in no time', (_, text) => {
	// What takes the square of their number would come to no end here.
	const clean = new Redactor([...sentinels]).answer(text);
	expect(clean.length).toBe(text.length);
});

describe('a body', () => {
	const redactor = new Redactor([...sentinels]);

	test('is the same where no key is in it', () => {
		const body = { a: ['text that is long enough to hold one', { b: null, c: 1.5, d: true }] };
		expect(redactor.body(body)).toBe(body);
	});

	test('loses keys in its texts and names, and keeps all its members', () => {
		const [one, two] = sentinels;
		const body = JSON.parse(
			JSON.stringify({
				[one]: 1,
				[two]: 2,
				list: [{ deep: `a ${one}` }],
				['__proto__x']: 0,
			}).replace('__proto__x', '__proto__'),
		) as unknown;
		const clean = redactor.body(body);
		expect(Object.entries(clean as object)).toEqual([
			['[redacted]', 1],
			['[redacted] 2', 2],
			['list', [{ deep: 'a [redacted]' }]],
			['__proto__', 0],
		]);
	});

	test('is walked no deeper than what is kept', () => {
		let deep: unknown = sentinels[0];
		for (let i = 0; i < 100_000; i++) deep = [deep];
		expect(() => redactor.body(deep)).not.toThrow();
	});
});

const connection: Connection = {
	provider: 'compatible',
	baseUrl: 'https://host.example/v1',
	organization: '',
	project: '',
	usesKey: true,
};
const options = {
	connection,
	timeoutMs: 60_000,
	after: () => () => undefined,
	epoch: () => 0,
};
const answering = (shape: (form: string) => Response, form: string) => async () => {
	await Promise.resolve();
	return shape(form);
};

describe.each(Object.entries(shapes))('%s', (_, shape) => {
	test.each(Object.entries(encodings))('does not bring in the key %s', async (__, encode) => {
		for (const sentinel of sentinels) {
			const fetch = answering(shape, encode(sentinel));
			const send = createSender({ ...options, endpoint: 'chatCompletions', key: sentinel, fetch });
			const { signal } = new AbortController();
			const messages = [{ role: 'user', content: 'hello' }] as const;
			const outcome = await send({ kind: 'chat', messages }, { model: 'm' }, signal);
			expect(tracesOf(sentinel, textsOf(outcome))).toEqual([]);
			const listed = await listModels({ ...options, key: sentinel, fetch });
			expect(tracesOf(sentinel, textsOf(listed))).toEqual([]);
		}
	});
});

test('any key is found in any encoding, and what stands around it stays', () => {
	const text = fc.string({ maxLength: 40 }).filter((one) => !/[*•.…%\\&;0-9a-f]/i.test(one));
	const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+/=.'.split('');
	const secret = fc
		.array(fc.constantFrom(...letters), { minLength: 20, maxLength: 300 })
		.map((all) => `k${all.join('')}7`);
	const encoding = fc.constantFrom(...Object.keys(encodings)) as fc.Arbitrary<
		keyof typeof encodings
	>;
	fc.assert(
		fc.property(secret, encoding, text, text, (one, name, before, after) => {
			const redactor = new Redactor([one]);
			const clean = redactor.answer(`${before} «${encodings[name](one.slice(-256))}» ${after}`);
			expect(clean).toContain('[redacted]');
			expect(clean.startsWith(`${before} «`)).toBe(true);
			expect(clean.endsWith(`» ${after}`)).toBe(true);
		}),
		{ numRuns: 300 },
	);
});

/** As many characters as are asked for, no piece of which comes twice. */
function longKey(length: number): string {
	let state = 1;
	const next = (): string => {
		state = (state * 48_271) % 2_147_483_647;
		return (state % 36).toString(36);
	};
	return `sk-${Array.from({ length: length - 3 }, next).join('')}`;
}

const asked = { kind: 'chat', messages: [{ role: 'user', content: 'hello' }] } as const;
const answered = (content: string): Response =>
	Response.json({
		id: 'c1',
		model: 'm',
		choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
	});
const sendWith = (redactor: Redactor, answer: () => Response) =>
	createSender({
		...options,
		endpoint: 'chatCompletions',
		key: 'sk-of-another-0123456789',
		redactor,
		fetch: async () => {
			await Promise.resolve();
			return answer();
		},
	})(asked, { model: 'm' }, new AbortController().signal);

test.each([300, 8_000, 40_000, 1_000_000])(
	'a key of %i characters is taken out, and costs no answer',
	async (length) => {
		const long = longKey(length);
		const redactor = new Redactor([long]);
		expect(redactor.answer(`It is ${long}, no?`)).toBe('It is [redacted], no?');
		const outcome = await sendWith(redactor, () => answered('an answer '.repeat(60)));
		expect(outcome).toMatchObject({ ok: true });
		expect(textsOf(outcome)).toContain('an answer an answer');
	},
	30_000,
);

describe('where a text cannot be looked through', () => {
	/** As where an engine finds what it is to look for too large. */
	const breaking = (): Redactor => {
		const redactor = new Redactor([key]);
		vi.spyOn(String.prototype, 'replaceAll').mockImplementation((sought) => {
			throw new SyntaxError(`Too large: ${String(sought)}`);
		});
		return redactor;
	};

	test.each([
		['an answer', () => answered(`${'paid for '.repeat(30)}${key}`), true],
		['an error', () => Response.json({ error: { message: `no ${key}` } }, { status: 400 }), false],
		[
			'what fetch throws',
			() => {
				throw new TypeError(`Invalid header ${key}`);
			},
			false,
		],
	])('%s is left out of, and settles all the same', async (_, answer, ok) => {
		const redactor = breaking();
		const outcome = await sendWith(redactor, answer).finally(() => vi.restoreAllMocks());
		expect(outcome.ok).toBe(ok);
		expect(textsOf(outcome)).toContain('(left out)');
		expect(tracesOf(key, textsOf(outcome))).toEqual([]);
	});
});
