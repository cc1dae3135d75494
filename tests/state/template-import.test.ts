import { describe, expect, test } from 'vitest';
import type { SmallTable } from '#contract/engine-api.ts';
import type { Problem } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { mostTemplates } from '#domain/caps.ts';
import { templatesFile } from '#domain/template-files.ts';
import { ofText } from '#domain/template-reader.ts';
import { takeOverProblem, type FoundTemplates } from '#state/template-files.ts';
import { TemplateImport } from '#state/template-import.svelte.ts';
import { composing, dataset, rowsFrom } from './compose-fixtures.ts';
import { apiWith } from './run-fixtures.ts';

const fileOf = (name: string, content: string | Uint8Array<ArrayBuffer>): File =>
	new File([content], name);

const table: SmallTable = {
	columns: ['id', 'Prompt', 'note'].map((name) => ({ name, header: name })),
	rows: [['1', 'Judge {review}', ''], ['2', ' ', 'x'], ['3']],
};

const importing = (read: Result<SmallTable, readonly Problem[]> = ok(table)): TemplateImport =>
	new TemplateImport(
		apiWith({
			readSmallTable: () => Promise.resolve(read),
			readRows: (_id, first, count) =>
				Promise.resolve(rowsFrom(first, Math.min(count, 2_500 - first))),
		}),
	);

const prompts = ({ found }: TemplateImport): readonly string[] =>
	found?.templates.map(({ prompt }) => prompt) ?? [];

describe('templates from files', () => {
	test('come in the order of the files', async () => {
		const files = [
			fileOf('a.txt', 'one\n'),
			fileOf('b.json', '["two", "three"]'),
			fileOf('c.md', '# four'),
		];
		const coming = importing();
		await coming.readFiles(files);
		expect(prompts(coming)).toEqual(['one', 'two', 'three', '# four']);
		expect(coming.found?.from).toBe('3 files');
		expect(coming.reading).toBe(false);
	});

	test.each([
		['UTF-8 with a mark', Buffer.from('\ufeffżółć', 'utf8')],
		['UTF-16', Buffer.from('\ufeffżółć', 'utf16le')],
		['UTF-16 the other way round', Buffer.from('\ufeffżółć', 'utf16le').swap16()],
	])('in %s are read', async (_, bytes) => {
		const coming = importing();
		await coming.readFiles([fileOf('a.txt', new Uint8Array(bytes))]);
		expect(prompts(coming)).toEqual(['żółć']);
	});

	test('are refused whole where one is wrong, and every fault is told', async () => {
		const coming = importing();
		await coming.readFiles([
			fileOf('a.txt', 'fine'),
			fileOf('b.json', '[1]'),
			fileOf('c.txt', new Uint8Array([0x63, 0xe9, 0x20])),
		]);
		expect(coming.found).toBeNull();
		expect(coming.problems).toEqual([
			expect.stringMatching(/^b\.json, template 1 is a number/),
			'c.txt is not UTF-8 text. Save it as UTF-8 and choose it again.',
		]);
	});

	test('name what is left behind', async () => {
		const coming = importing();
		await coming.readFiles([fileOf('a.json', '{"prompt": "x", "n": 2, "stop": "."}')]);
		expect(coming.found?.notes).toEqual([
			'a.json: “n”, “stop” are not taken over: templates hold texts and roles alone.',
		]);
	});

	test('are no more than a run takes, however many files they stand in', async () => {
		const half = templatesFile(
			'completions',
			Array.from({ length: 5_001 }, () => ofText('x')),
		);
		const coming = importing();
		await coming.readFiles([fileOf('a.json', half), fileOf('b.json', half)]);
		expect(coming.problems).toEqual([
			'2 files hold 10,002 templates, more than the 10,000 that a run takes.',
		]);
	});

	test('that were asked for before are dropped when their answer comes late', async () => {
		let letRead = (): void => undefined;
		const slow = fileOf('a.txt', 'early');
		slow.arrayBuffer = () =>
			new Promise((resolve) => {
				letRead = () => {
					resolve(new TextEncoder().encode('early').buffer);
				};
			});
		const coming = importing();
		const early = coming.readFiles([slow]);
		await coming.readFiles([fileOf('b.txt', 'late')]);
		letRead();
		await early;
		expect(prompts(coming)).toEqual(['late']);
	});
});

describe('templates from a table', () => {
	test('stand in the column called so, blank cells left out and counted', async () => {
		const coming = importing();
		await coming.readFiles([fileOf('t.csv', '')]);
		expect(coming.column).toBe('Prompt');
		expect(prompts(coming)).toEqual(['Judge {review}']);
		expect(coming.found).toMatchObject({
			from: 'column “Prompt” of t.csv',
			notes: ['2 of its cells are empty and give no template.'],
		});
	});

	test('stand in whichever column is chosen', async () => {
		const coming = importing();
		await coming.readFiles([fileOf('t.csv', '')]);
		coming.chooseColumn('id');
		expect(prompts(coming)).toEqual(['1', '2', '3']);
		coming.chooseColumn('');
		expect(coming.found).toBeNull();
	});

	test('wait for the choice where no column is called so', async () => {
		const columns = table.columns.map(({ name }) => ({ name: `${name} 1`, header: name }));
		const coming = importing(ok({ ...table, columns }));
		await coming.readFiles([fileOf('t.csv', '')]);
		expect([coming.column, coming.found, coming.problems]).toEqual(['', null, []]);
	});

	test('come from the only column there is', async () => {
		const columns = [{ name: 'x', header: 'x' }];
		const coming = importing(ok({ columns, rows: [['a'], ['b']] }));
		await coming.readFiles([fileOf('t.tsv', '')]);
		expect(prompts(coming)).toEqual(['a', 'b']);
	});

	test('are refused where the column is empty', async () => {
		const columns = [{ name: 'x', header: 'x' }];
		const coming = importing(ok({ columns, rows: [[''], []] }));
		await coming.readFiles([fileOf('t.csv', '')]);
		expect(coming.problems).toEqual(['Column “x” of t.csv is empty. Choose another one.']);
	});

	test('are refused where the table is', async () => {
		const coming = importing(err([{ field: 'dataFiles', index: 0, message: 'No.' }]));
		await coming.readFiles([fileOf('t.csv', '')]);
		expect(coming.problems).toEqual(['No.']);
	});

	test('are chosen alone', async () => {
		const coming = importing();
		await coming.readFiles([fileOf('a.txt', 'a'), fileOf('t.csv', '')]);
		expect(coming.problems).toEqual([
			't.csv is a table. Choose it alone: its templates stand in one of its columns.',
		]);
	});

	test('may be the table of the run, all its rows', async () => {
		const coming = importing();
		await coming.readDataset(dataset(['id', 'prompt'], 2_500));
		expect(prompts(coming)).toHaveLength(2_500);
		expect(prompts(coming).at(-1)).toBe('review 2499');
	});

	test('are not those of a table with more rows than templates are taken', async () => {
		const coming = importing();
		await coming.readDataset(dataset(['id', 'prompt'], mostTemplates + 1));
		expect(coming.problems).toEqual([
			'reviews.csv has more rows than the 10,000 templates that a run takes.',
		]);
	});
});

describe('templates that are taken over', () => {
	const found = (...texts: readonly string[]): FoundTemplates => ({
		from: 'a.txt',
		templates: texts.map(ofText),
		notes: [],
	});

	test.each([
		{ how: 'add', become: ['{review}', 'a', '{nowhere}'], opened: 1 },
		{ how: 'replace', become: ['a', '{nowhere}'], opened: 0 },
	] as const)('$how: they show, and so do their problems', async ({ how, become, opened }) => {
		const { compose } = await composing();
		await compose.takeFiles([fileOf('reviews.csv', 'x')]);
		compose.set({ templates: [ofText('{review}')] });
		compose.importTemplates(found('a', '{nowhere}').templates, how);
		expect(compose.draft.templates.map(({ prompt }) => prompt)).toEqual(become);
		expect(compose.templatePages.opened).toBe(opened);
		expect(compose.preview.templateIndex(become.length)).toBe(opened);
		const last = become.length - 1;
		expect(compose.notes('template', last).problems[0]).toMatch(/uses \{nowhere\}/);
	});

	test('are as many as a run takes at most', async () => {
		const { compose } = await composing();
		const many = found(...Array.from({ length: mostTemplates }, () => 'x'));
		expect(takeOverProblem(compose.draft, many, 'replace')).toBeNull();
		expect(takeOverProblem(compose.draft, many, 'add')).toBe(
			'The run would hold 10,001 templates, more than the 10,000 that a run takes. Replace those that are there.',
		);
	});

	test('are no chats where the endpoint takes texts', async () => {
		const { compose } = await composing();
		const chat = {
			...found('a'),
			templates: [ofText('a'), { messages: ofText('b').messages, prompt: '' }],
		};
		expect(takeOverProblem(compose.draft, chat, 'add')).toBeNull();
		compose.set({ endpoint: 'completions' });
		expect(takeOverProblem(compose.draft, found('a'), 'add')).toBeNull();
		expect(takeOverProblem(compose.draft, chat, 'add')).toMatch(
			/^Template 2 of a\.txt is a list of messages, which Completions does not take\./,
		);
	});
});

describe('many templates', () => {
	test('stand in pages, and the one that is gone to is open', async () => {
		const { compose } = await composing();
		const { templatePages: pages } = compose;
		expect([pages.isPaged(20), pages.isPaged(21)]).toEqual([false, true]);
		compose.reveal('template', 45);
		expect([pages.first(100), pages.opened]).toEqual([40, 45]);
		compose.reveal('model', 1);
		expect(pages.opened).toBe(45);
		// Where those behind it were removed, the last page there is shows.
		expect(pages.first(30)).toBe(20);
		pages.turn(60);
		expect([pages.first(100), pages.opened]).toEqual([60, 60]);
	});

	test('are checked anew one by one: only what was changed', async () => {
		const { compose } = await composing();
		const templates = Array.from({ length: 3 }, (_, i) => ofText(`{a${String(i)}}`));
		compose.set({ templates });
		const before = compose.check.problems;
		compose.set({ templates: [...templates.slice(0, 2), ofText('{b}')] });
		const after = compose.check.problems;
		expect(after.slice(0, 2).every((problem, i) => problem === before[i])).toBe(true);
		expect(after[2]?.message).toMatch(/uses \{b\}/);
		compose.set({ templates: templates.toReversed() });
		expect(compose.check.problems[0]?.message).toMatch(/^Template 1 uses \{a2\}/);
	});

	test.each([
		['another endpoint', { endpoint: 'completions' }, /^Template 1 is empty/],
		['other data', {}, /reviews\.csv has no such column/],
	] as const)('are all checked anew for %s', async (_, change, message) => {
		const { compose } = await composing();
		compose.set({ templates: [{ messages: [{ role: 'user', content: '{a}' }], prompt: '' }] });
		expect(compose.check.problems[0]?.message).toMatch(/there is no data/);
		if (!('endpoint' in change)) await compose.takeFiles([fileOf('reviews.csv', 'x')]);
		compose.set(change);
		expect(compose.check.problems[0]?.message).toMatch(message);
	});
});
