import { describe, expect, test } from 'vitest';
import type { OpenedSetup } from '#contract/engine-api.ts';
import { emptyDraft, type Draft } from '#domain/draft.ts';
import { err, ok } from '#domain/result.ts';
import { composing, dataset, file, messagesOf, reviews, write } from './compose-fixtures.ts';

const setupFile = (name = 'coffee.volley.json'): File => new File(['{}'], name);

const theirs: Draft = {
	...emptyDraft,
	name: 'Theirs',
	provider: 'compatible',
	baseUrl: 'https://their.example/v1',
	idColumn: 'ID',
	templates: [{ messages: [{ role: 'user', content: 'Judge {review}' }], prompt: '' }],
};

const opening = async (opened: OpenedSetup = { draft: theirs, dataset: null }) => {
	const world = await composing({ openSetup: () => Promise.resolve(ok(opened)) });
	world.compose.set({ name: 'Mine' });
	write(world.compose, 'My own words');
	return world;
};

describe('an opened setup', () => {
	test('takes the place of the draft, is saved, and goes over the data that is here', async () => {
		const { compose, worker, clock } = await opening();
		await compose.takeFiles([file()]);
		await compose.takeFiles([setupFile()]);
		expect(compose.draft).toEqual({ ...theirs, datasetId: 'd1' });
		expect(compose.data.dataset).toEqual(reviews);
		expect(compose.check.setup).toMatchObject({ name: 'Theirs', rowCount: 3, idColumn: 'ID' });
		expect(compose.setupFile.notice).toEqual({
			kind: 'opened',
			file: 'coffee.volley.json',
			missing: [],
			data: 'reviews.csv',
		});
		await clock.pass(500);
		expect(worker.asked('saveDraft').at(-1)).toEqual([compose.draft]);
	});

	test('names the columns that the data here does not have', async () => {
		const { compose } = await opening({
			draft: {
				...theirs,
				idColumn: 'key',
				templates: [{ messages: [{ role: 'user', content: '{review} {author}' }], prompt: '{no}' }],
			},
			dataset: null,
		});
		await compose.takeFiles([file()]);
		await compose.openSetup(setupFile());
		expect(compose.setupFile.notice).toMatchObject({ missing: ['author', 'key'] });
		expect(compose.draft.idColumn).toBe('ID');
		expect(compose.notes('template').problems[0]).toContain('{author}');
	});

	test('without any data here says which columns it needs, and keeps its ID column for them', async () => {
		const { compose } = await opening();
		await compose.openSetup(setupFile());
		expect(compose.setupFile.notice).toMatchObject({ missing: ['review', 'ID'], data: null });
		await compose.takeFiles([file()]);
		expect(compose.draft.idColumn).toBe('ID');
	});

	test('is one: of two that are dropped none is opened, and both are named', async () => {
		const { compose, worker } = await opening();
		const before = compose.draft;
		await compose.takeFiles([setupFile(), setupFile('other.volley.json')]);
		expect(compose.draft).toBe(before);
		expect(compose.setupFile.notice).toEqual({
			kind: 'refused',
			file: 'coffee.volley.json, other.volley.json',
			problems: ['Open one setup at a time.'],
		});
		expect(worker.asked('openSetup')).toEqual([]);
	});

	test('brings its own rows where it has some', async () => {
		const own = dataset(['ID', 'review'], 9, 'd2');
		const world = await composing({
			openSetup: () => Promise.resolve(ok({ draft: { ...theirs, datasetId: 'd2' }, dataset: own })),
			getDataset: () => Promise.resolve(own),
		});
		await world.compose.openSetup(setupFile());
		expect(world.compose.data.dataset).toEqual(own);
		expect(world.compose.check.setup).toMatchObject({ datasetId: 'd2', rowCount: 9 });
	});

	test('can be undone: the draft before is back with its data', async () => {
		const own = dataset(['ID', 'review'], 9, 'd2');
		const { compose, worker, clock } = await composing({
			openSetup: () => Promise.resolve(ok({ draft: { ...theirs, datasetId: 'd2' }, dataset: own })),
			getDataset: (id) => Promise.resolve(id === 'd2' ? own : reviews),
		});
		await compose.takeFiles([file()]);
		write(compose, 'My own words');
		const before = compose.draft;
		await compose.openSetup(setupFile());
		expect(compose.draft.name).toBe('Theirs');
		await compose.undoOpen();
		expect(compose.draft).toEqual(before);
		expect(compose.data.dataset).toEqual(reviews);
		expect(compose.setupFile.notice).toBeNull();
		await clock.pass(500);
		expect(worker.asked('saveDraft').at(-1)).toEqual([before]);
	});

	test.each<[string, (compose: Awaited<ReturnType<typeof opening>>['compose']) => unknown]>([
		['Dismiss', (compose) => compose.setupFile.dismiss()],
		['Start over', (compose) => compose.startOver()],
	])('can no longer be undone after %s', async (_, act) => {
		const { compose } = await opening();
		await compose.openSetup(setupFile());
		act(compose);
		const { draft } = compose;
		await compose.undoOpen();
		expect([compose.draft, compose.setupFile.notice]).toEqual([draft, null]);
	});

	test('that is none changes nothing, and says why', async () => {
		const { compose } = await composing({
			openSetup: () => Promise.resolve(err(['It is not valid JSON.'])),
		});
		await compose.takeFiles([file()]);
		write(compose, 'My own words');
		const { draft } = compose;
		await compose.openSetup(setupFile('x.volley.json'));
		expect(compose.draft).toBe(draft);
		expect(messagesOf(compose.draft)).toEqual(['My own words']);
		expect(compose.setupFile.notice).toEqual({
			kind: 'refused',
			file: 'x.volley.json',
			problems: ['It is not valid JSON.'],
		});
	});

	test('dropped together with a table goes over that table', async () => {
		const { compose, worker } = await opening();
		const table = file('table.csv');
		await compose.takeFiles([setupFile('coffee.volley (1).json'), table]);
		expect(worker.asked('importFiles').map(([files]) => files)).toEqual([[table]]);
		expect(compose.draft).toEqual({ ...theirs, datasetId: 'd1' });
	});
});

test('a setup that cannot be written is told in words', async () => {
	const { compose } = await composing({ exportSetup: () => Promise.reject(new Error('lost')) });
	const choice = { name: 'x', withData: true, withIds: false };
	expect(await compose.setupFile.export(compose.draft, choice)).toEqual(err('lost'));
});
