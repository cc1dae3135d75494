import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endpoints, providers } from '#domain/connection.ts';
import type { Row } from '#domain/dataset.ts';
import { mostModels, mostTemplates } from '#domain/caps.ts';
import { emptyDraft, emptyShare, emptyTemplate, type Draft } from '#domain/draft.ts';
import { rowChoices } from '#domain/rows-draft.ts';
import { roles } from '#domain/prompt.ts';
import { readSetupFile, setupFileChunks, type SharedData } from '#domain/setup-file.ts';
import { isSetupName } from '#domain/setup-name.ts';

const listOf = <T>(length: number, entry: T): readonly T[] => Array.from({ length }, () => entry);

async function written(
	draft: Draft,
	data: SharedData | null = null,
	withIds = true,
): Promise<string> {
	// eslint-disable-next-line @typescript-eslint/require-await -- rows come from a store elsewhere
	async function* each(rows: readonly Row[]): AsyncGenerator<Row> {
		yield* rows;
	}
	let text = '';
	const shared = data === null ? null : { ...data, rows: each(data.rows) };
	for await (const chunk of setupFileChunks(draft, { withIds }, shared)) text += chunk;
	return text;
}

const number = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0));
const connection = {
	provider: fc.constantFrom(...providers),
	// What is no address is not written.
	baseUrl: fc.constantFrom('', ' https://host.example/v1/ ', 'http://localhost:11434/v1'),
	organization: fc.string(),
	project: fc.string(),
};
const whatMayBeLeftOut: fc.Arbitrary<Partial<Draft>> = fc.record(
	{
		preset: fc.string(),
		resource: fc.constantFrom('', ' My-Resource ', 'https://gate.example/team'),
		apiVersion: fc.string(),
		tokensPerMinute: number,
		shares: fc.array(
			fc.record({ ...connection, models: fc.array(fc.string()), tokensPerMinute: number }),
		),
		rows: fc.record({
			choose: fc.constantFrom(...rowChoices),
			...{ count: number, seed: number, from: number, to: number },
			column: fc.option(fc.string()),
			has: fc.boolean(),
			text: fc.string(),
		}),
		pairing: fc.constantFrom('cross', 'pair'),
		modelParameters: fc.array(fc.string()),
		bindings: fc.array(fc.record({ column: fc.string(), parameter: fc.string() })),
	},
	{ requiredKeys: [] },
);
const plainDrafts: fc.Arbitrary<Draft> = fc.record({
	name: fc.string(),
	...connection,
	models: fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }),
	endpoint: fc.constantFrom(...endpoints),
	templates: fc.array(
		fc.record({
			messages: fc.array(
				fc.record({ role: fc.constantFrom(...roles), content: fc.string({ unit: 'binary' }) }),
			),
			prompt: fc.string({ unit: 'grapheme' }),
		}),
		{ minLength: 1 },
	),
	datasetId: fc.constant(null),
	idColumn: fc.option(fc.string()),
	settings: fc.record(
		{
			completionsPerPrompt: number,
			temperature: number,
			maxTokens: number,
			maxConcurrency: number,
			maxRetries: number,
			timeoutSeconds: number,
			requestsPerMinute: number,
			tokensPerMinute: number,
			contextWindow: number,
			promptsPerRequest: number,
			parameters: fc.array(fc.record({ name: fc.string(), value: fc.string() })),
			otherParameters: fc.string(),
		},
		{
			requiredKeys: [
				...(['completionsPerPrompt', 'temperature', 'maxTokens', 'maxConcurrency'] as const),
				...(['maxRetries', 'timeoutSeconds', 'otherParameters'] as const),
			],
		},
	),
});
const drafts: fc.Arbitrary<Draft> = fc
	.tuple(plainDrafts, whatMayBeLeftOut)
	.map(([plain, more]) => ({ ...plain, ...more }));
const tables: fc.Arbitrary<SharedData> = fc
	.record({
		name: fc.string(),
		columns: fc.uniqueArray(
			fc.record({
				name: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor')),
				header: fc.string(),
			}),
			{ minLength: 1, selector: ({ name }) => name },
		),
		rows: fc.array(fc.array(fc.string({ unit: 'binary' })), { minLength: 1 }),
	})
	.map(({ rows, ...table }) => ({
		...table,
		rows: rows.map((cells) => cells.slice(0, table.columns.length)),
	}));

const noPrototypeTouched = (): void => {
	expect(Object.keys(Object.prototype)).toEqual([]);
	expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
};

describe('a setup as a file', () => {
	test('read again is the same setup, with the same rows', async () => {
		await fc.assert(
			fc.asyncProperty(drafts, fc.option(tables), async (draft, data) => {
				// JSON has one zero.
				const read = readSetupFile(await written(draft, data));
				expect(read.ok && { ...read.value.draft, datasetId: null }).toEqual(draft);
				expect(read.ok && read.value.data).toEqual(data);
			}),
			{ numRuns: 300 },
		);
	});

	test('leaves out organization and project unless they are asked for, and says nothing of the stored data', async () => {
		const draft: Draft = {
			...emptyDraft,
			organization: 'org-1',
			project: 'proj-1',
			datasetId: 'id-of-this-browser',
		};
		const text = await written(draft, null, false);
		for (const word of ['org-1', 'proj-1', 'id-of-this-browser', 'datasetId', 'apiKey'])
			expect(text).not.toContain(word);
		expect(await written(draft)).toContain('org-1');
	});

	test.each([
		{ baseUrl: 'https://me:secret@host.example/v1' },
		{ baseUrl: 'https://secret@host.example/v1' },
		{ baseUrl: 'me:secret@host.example/v1' },
		{ baseUrl: 'https://host.example/v1?api-key=secret' },
		{ baseUrl: 'https://host.example/v1#secret' },
		{ baseUrl: 'sk-secret' },
		{ resource: 'https://me:secret@gate.example' },
		{ resource: 'gate.example/openai?api-key=secret' },
	])('leaves out an address that may hold a key: %j', async (fields) => {
		const share = { ...emptyShare, ...fields };
		const drafts: readonly Draft[] = [
			{ ...emptyDraft, ...fields },
			{ ...emptyDraft, shares: [share] },
			{ ...emptyDraft, provider: 'compatible', ...fields },
			{ ...emptyDraft, provider: 'azure', ...fields },
		];
		for (const draft of drafts) {
			const text = await written(draft);
			expect(text).not.toContain('secret');
			expect(readSetupFile(text).ok).toBe(true);
		}
	});

	test('is text that a person can read and a version control can compare', async () => {
		const data = { name: 'a.csv', columns: [{ name: 'x', header: 'x' }], rows: [['1'], ['2']] };
		const lines = (await written(emptyDraft, data)).split('\n');
		expect(lines.slice(0, 4)).toEqual([
			'{',
			'\t"format": "volley-setup",',
			'\t"version": 1,',
			'\t"setup": {',
		]);
		expect(lines).toContain('\t\t\t["1"],');
	});
});

const changed = async (change: (file: Record<string, unknown>) => unknown): Promise<string> => {
	const file = JSON.parse(await written(emptyDraft)) as Record<string, unknown>;
	return JSON.stringify(change(file));
};
const setupWith = (more: object) => (file: Record<string, unknown>) => ({
	...file,
	setup: { ...(file['setup'] as object), ...more },
});

test('a template of two million characters goes out and comes back', async () => {
	const prompt = 'x'.repeat(2_000_000);
	const read = readSetupFile(
		await written({ ...emptyDraft, templates: [{ messages: [], prompt }] }),
	);
	expect(read.ok && read.value.draft.templates[0]?.prompt.length).toBe(2_000_000);
});

describe('a file that is no setup of this version', () => {
	test.each<[string, (file: Record<string, unknown>) => unknown, RegExp]>([
		['of a later version', (file) => ({ ...file, version: 2 }), /newer version of Volley/],
		['of no version', (file) => ({ ...file, version: 'x' }), /no version that Volley knows/],
		['of something else', () => ({ hello: 1 }), /not a setup that Volley has written/],
		['that is a list', (file) => [file], /not a setup/],
		['that is null', () => null, /not a setup/],
		[
			'with an unknown part',
			(file) => ({ ...file, key: 'sk-1' }),
			/“key” is not known to this version/,
		],
		['with an unknown field', setupWith({ apiKey: 'sk-1' }), /“setup › apiKey” is not known/],
		['with a text for a list', setupWith({ models: 'gpt' }), /“setup › models” is not a list/],
		['without models', setupWith({ models: [] }), /“setup › models” has 0 entries/],
		[
			'with more models than a run takes',
			setupWith({ models: listOf(mostModels + 1, 'm') }),
			/“setup › models” has 51 entries; there must be 1 to 50/,
		],
		[
			'with more templates than a run takes',
			setupWith({ templates: listOf(mostTemplates + 1, emptyTemplate) }),
			/“setup › templates” has 10001 entries; there must be 1 to 10,000/,
		],
		[
			'with another provider',
			setupWith({ provider: 'evil' }),
			/“setup › provider” is not one of demo/,
		],
		['with a number for text', setupWith({ name: 7 }), /“setup › name” is not text/],
		[
			'with too long a name',
			setupWith({ name: 'x'.repeat(1_001) }),
			/longer than 1,000 characters/,
		],
		[
			'with a wrong message',
			setupWith({ templates: [{ messages: [{ role: 'user' }], prompt: '' }] }),
			/“setup › templates 1 › messages 1 › content” is missing/,
		],
		[
			'with an infinite number',
			setupWith({ settings: { ...emptyDraft.settings, maxTokens: 'Infinity' } }),
			/“setup › settings › maxTokens” is not a number/,
		],
		[
			'with more JSON than a page can parse while somebody types',
			setupWith({ settings: { ...emptyDraft.settings, otherParameters: '['.repeat(1_000_001) } }),
			/“setup › settings › otherParameters” is longer than 1,000,000 characters/,
		],
		['with a missing field', setupWith({ settings: {} }), /maxConcurrency” is missing/],
		[
			'with a cell that is no text',
			(file) => ({
				...file,
				data: { name: 'd', columns: [{ name: 'a', header: 'a' }], rows: [[1]] },
			}),
			/“data › rows 1” is not a list of texts/,
		],
		[
			'with a column twice',
			(file) => ({
				...file,
				data: {
					name: 'd',
					columns: [
						{ name: 'a', header: 'a' },
						{ name: 'a', header: 'a' },
					],
					rows: [['1']],
				},
			}),
			/Two of its columns are called “a”/,
		],
	])('%s is refused in words', async (_, change, words) => {
		const read = readSetupFile(await changed(change));
		expect(read.ok).toBe(false);
		if (!read.ok) expect(read.error.join(' ')).toMatch(words);
	});

	test.each([
		['empty', '', /not valid JSON, line 1, column 1/],
		['cut short', '{"format": "volley-setup",', /it ends here, but a closing \} is missing/],
		['binary', '\u0000\u0001PK', /not valid JSON/],
		['a CSV', 'id,review\n1,fine\n', /not valid JSON/],
	])('%s is refused in words', (_, text, words) => {
		const read = readSetupFile(text);
		expect(!read.ok && read.error.join(' ')).toMatch(words);
	});

	test('names several faults at once, but not thousands', async () => {
		const many = await changed(setupWith({ templates: listOf(900, 1) }));
		const read = readSetupFile(many);
		expect(!read.ok && read.error).toHaveLength(8);
	});

	test('whatever is put in its place, it is read or refused and touches no prototype', async () => {
		const good = await written(emptyDraft);
		const places = [...good.matchAll(/: /g)].map(({ index }) => index + 2);
		const hostile = fc.constantFrom(
			'{"__proto__": {"polluted": 1}}',
			'"__proto__"',
			'[[[[]]]]',
			'1e400',
			'-0',
			'null',
			'{"constructor": {"prototype": {"polluted": 1}}}',
			'"\\ud800"',
		);
		fc.assert(
			fc.property(fc.constantFrom(...places), hostile, (at, put) => {
				const end = /[,\n]/.exec(good.slice(at))?.index ?? 0;
				const read = readSetupFile(good.slice(0, at) + put + good.slice(at + end));
				expect(read.ok || read.error.length > 0).toBe(true);
				noPrototypeTouched();
			}),
			{ numRuns: 500 },
		);
		const named = good.replace('"setup": {', '"setup": {"__proto__": {"polluted": 1},');
		expect(readSetupFile(named)).toMatchObject({
			ok: false,
			error: ['“setup › __proto__” is not known to this version.'],
		});
		noPrototypeTouched();
	});

	test('nested a million deep it is refused', () => {
		const deep = `{"format": "volley-setup", "version": 1, "setup": ${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`;
		expect(readSetupFile(deep).ok).toBe(false);
	});
});

test.each([
	['coffee.volley.json', true],
	['coffee.volley (1).json', true],
	['coffee.volley(2).json', true],
	['COFFEE.VOLLEY.JSON', true],
	['coffee.json', false],
	['volley.json', false],
	['coffee.volley.json.csv', false],
])('the name %s is that of a setup: %s', (name, is) => {
	expect(isSetupName(name)).toBe(is);
});
