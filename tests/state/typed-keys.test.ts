import { describe, expect, test } from 'vitest';
import { keyIn, keyProblem, mostKey } from '#domain/api-key.ts';
import { emptyShare } from '#domain/draft.ts';
import { KeyRing } from '#state/keys.svelte.ts';
import { AskedWorker, composing, write } from './compose-fixtures.ts';

const openAi = 'https://api.openai.com';
const other = 'https://other.example';
const another = 'https://another.example';
const tooLong = 'x'.repeat(mostKey + 1);

test.each([
	['', null],
	['x', null],
	['k'.repeat(mostKey), null],
	[`  ${'k'.repeat(mostKey)}\n`, null],
	[tooLong, 'A key has at most 8,000 characters. What stands here has more: paste the key alone.'],
])('whether a text may be a key', (text, problem) => {
	expect(keyProblem(text)).toBe(problem);
});

const notAscii = (what: string, place: number): string =>
	`A key has only letters, digits and signs of ASCII; this one has ${what} at place ${String(place)}.`;

test.each<[string, string, string | null]>([
	[' \u00a0sk-a1\u00a0\n', 'sk-a1', null],
	['\ufeffsk-a1\u200b', 'sk-a1', null],
	['sk\u200b-\u00ada\u20601\u2066\ufe0f', 'sk-a1', null],
	['sk-\u0007a1\u0000\u007f', 'sk-a1', null],
	['"sk-a1"', 'sk-a1', null],
	['“sk-a1', 'sk-a1', null],
	["'\u200bsk-a1' ", 'sk-a1', null],
	['Bearer sk-a1', 'sk-a1', null],
	['" bearer  “sk-a1”"', 'sk-a1', null],
	['bearer-a1', 'bearer-a1', null],
	['sk-"a"1', 'sk-"a"1', null],
	['!~', '!~', null],
	['""', '', null],
	['sk-хa1', 'sk-хa1', notAscii('“х”', 4)],
	['“sk-é1”', 'sk-é1', notAscii('“é”', 4)],
	['s😀k💥', 's😀k💥', notAscii('“😀”', 2)],
	['sk-a 1', 'sk-a 1', notAscii('a space', 5)],
	['sk-\ta1', 'sk-\ta1', notAscii('a space', 4)],
	['sk-a\u00a01', 'sk-a\u00a01', notAscii('a space', 5)],
])('the key in %j is %j', (text, key, problem) => {
	expect([keyIn(text), keyProblem(text)]).toEqual([key, problem]);
});

test('what stands around a key takes no longer than its length', () => {
	expect(keyIn(`x${'" '.repeat(1_000_000)}y`).length).toBe(2_000_002);
});

describe('what no header takes', () => {
	const cyrillic = 'sk-ключ-0123456789';

	test('is refused where the endpoint may go without a key, and nothing starts or is tested', async () => {
		const { compose, worker } = await composing();
		compose.setProvider('compatible');
		compose.set({ baseUrl: `${other}/v1`, models: ['m'] });
		write(compose, 'Hello');
		compose.keys.type(cyrillic, compose.origin);
		expect(await compose.testConnection()).toBe(false);
		expect(await compose.start()).toBeNull();
		expect(compose.notes('apiKey').problems).toEqual([keyProblem(cyrillic)]);
		expect([worker.asked('startRun'), worker.asked('holdKey')]).toEqual([[], []]);
		compose.keys.type('“sk-0123456789”', compose.origin);
		expect(await compose.start()).toBe('r1');
		expect(worker.asked('holdKey')).toEqual([[other, 'sk-0123456789']]);
	});

	test('is refused at a further connection', async () => {
		const { compose, worker } = await composing();
		compose.setProvider('openai');
		write(compose, 'Hello');
		await compose.keys.give(openAi, 'sk-0123456789');
		compose.addShare();
		compose.edit((draft) => ({
			...draft,
			shares: draft.shares?.map((share) => ({ ...share, baseUrl: `${other}/v1` })) ?? [],
		}));
		expect(compose.problems).toEqual([]);
		compose.shareKeys.at(0).type(cyrillic, other);
		expect(await compose.start()).toBeNull();
		expect(compose.problems).toEqual([
			{ field: 'shareApiKey', index: 1, message: keyProblem(cyrillic) },
		]);
		compose.shareKeys.at(0).type(' Bearer sk-of-the-other', other);
		await compose.shareKeys.at(0).hold(other);
		expect(await compose.start()).toBe('r1');
		expect(worker.asked('holdKey')[1]).toEqual([other, 'sk-of-the-other']);
	});
});

describe('a text that is too long for a key', () => {
	test('stays where it was typed and goes nowhere, and nothing starts meanwhile', async () => {
		const { compose, worker } = await composing();
		compose.setProvider('openai');
		write(compose, 'Hello');
		await compose.keys.give(openAi, 'sk-held-before-123456');
		compose.keys.type(tooLong, openAi);
		await compose.holdTypedKey();
		expect(await compose.start()).toBeNull();
		expect([compose.keys.typed, compose.keys.typedProblem]).toEqual([tooLong, keyProblem(tooLong)]);
		expect(worker.asked('holdKey')).toHaveLength(1);
		expect(compose.notes('apiKey').problems).toHaveLength(1);
		compose.keys.type('sk-the-right-one-1234', openAi);
		expect(await compose.start()).toBe('r1');
		expect(worker.asked('holdKey')[1]).toEqual([openAi, 'sk-the-right-one-1234']);
	});

	test('starts and tests nothing where the endpoint may want no key either', async () => {
		const { compose, worker } = await composing();
		compose.setProvider('compatible');
		compose.set({ baseUrl: `${other}/v1`, models: ['m'] });
		write(compose, 'Hello');
		expect(compose.problems).toEqual([]);
		compose.keys.type(tooLong, other);
		expect(await compose.start()).toBeNull();
		await compose.testConnection();
		expect([worker.asked('holdKey'), worker.asked('startRun'), compose.starting]).toEqual([
			[],
			[],
			false,
		]);
		compose.keys.type('', other);
		expect(await compose.start()).toBe('r1');
	});

	test('of a further connection starts nothing either', async () => {
		const { compose, worker } = await composing();
		compose.set({
			provider: 'compatible',
			baseUrl: `${other}/v1`,
			models: ['m'],
			shares: [{ ...emptyShare, baseUrl: `${another}/v1` }],
		});
		write(compose, 'Hello');
		expect(compose.problems).toEqual([]);
		compose.shareKeys.at(0).type(tooLong, another);
		expect(compose.problems).toMatchObject([{ field: 'shareApiKey', index: 1 }]);
		expect([await compose.start(), worker.asked('startRun')]).toEqual([null, []]);
		compose.shareKeys.at(0).type('sk-the-right-one-1234', another);
		expect(await compose.start()).toBe('r1');
	});

	test('is asked for no passphrase, and does not make a held key read as damaged', async () => {
		const { compose } = await composing({
			rememberedKeys: () =>
				Promise.resolve({
					...{ possible: true, origins: [openAi], unlocked: true },
					...{ earlier: [], later: [] },
				}),
		});
		compose.setProvider('openai');
		await compose.keys.load();
		await compose.keys.give(openAi, 'sk-held-before-123456');
		compose.keys.type(tooLong, openAi);
		expect([compose.keys.isLocked(openAi), compose.keys.isDamaged(openAi)]).toEqual([false, false]);
		expect(compose.needsKey).toBe(true);
	});

	test('stays at a further connection too', async () => {
		const { compose, worker } = await composing();
		const key = compose.shareKeys.at(0);
		key.type(tooLong, other);
		await key.hold(other);
		expect([key.typed, key.problem]).toEqual([tooLong, keyProblem(tooLong)]);
		key.type('sk-of-the-other-1234', other);
		await key.hold(other);
		expect([key.typed, worker.asked('holdKey')]).toEqual(['', [[other, 'sk-of-the-other-1234']]]);
	});
});

test('a key that the worker refuses keeps no other from being held', async () => {
	const worker = new AskedWorker({
		holdKey: (origin, key) =>
			origin === other
				? Promise.reject(new RangeError('refused'))
				: Promise.resolve({ origin, lastFour: key.slice(-4) }),
	});
	const keys = new KeyRing(worker.api);
	const refused = keys.give(other, 'sk-refused-123456');
	await expect(refused).rejects.toThrow('refused');
	await keys.give(openAi, 'sk-taken-123456');
	expect([keys.heldFor(openAi)?.lastFour, keys.storing]).toEqual(['3456', null]);
	await keys.stored();
});
