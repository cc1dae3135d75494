import { describe, expect, test } from 'vitest';
import type { Dataset } from '#domain/dataset.ts';
import { emptyDraft, emptyShare, type Draft } from '#domain/draft.ts';
import { err, ok } from '#domain/result.ts';
import * as planRules from '#domain/plan-rules.ts';
import { ComposeState } from '#state/compose.svelte.ts';
import { withSettings, withTemplate } from '#state/draft-edits.ts';
import { coffeeReviews, pairsOfReviews } from '#state/samples.ts';
import {
	AskedWorker,
	composing,
	dataset,
	file,
	messagesOf,
	reviews,
	write,
} from './compose-fixtures.ts';
import { inMemory } from '../support/in-memory.ts';
import { HandClock, rest, setup } from './run-fixtures.ts';

describe('problems', () => {
	test('are not shown to a newcomer, and all of them once Start was pressed', async () => {
		const { compose, worker } = await composing();
		compose.edit((draft) => withSettings(draft, { timeoutSeconds: 0 }));
		expect(compose.notes('template').problems).toEqual([]);
		expect(await compose.start()).toBeNull();
		expect(compose.notes('template').problems).toHaveLength(1);
		expect(compose.notes('timeoutSeconds').problems).toHaveLength(1);
		expect(worker.asked('startRun')).toEqual([]);
	});

	test('show at a field once it was touched, and at no other', async () => {
		const { compose } = await composing();
		write(compose, '{nothing}');
		compose.edit((draft) => withSettings(draft, { maxRetries: -1 }));
		compose.touch('template', 0);
		expect(compose.notes('template', 0).problems).toHaveLength(1);
		expect(compose.notes('maxRetries').problems).toEqual([]);
		write(compose, 'plain');
		expect(compose.notes('template', 0).problems).toEqual([]);
	});

	test('are listed as the fields stand on the page', async () => {
		const { compose } = await composing();
		compose.setProvider('compatible');
		compose.edit((draft) => withSettings(draft, { maxTokens: 0, otherParameters: '[' }));
		expect(compose.problems.map(({ field }) => field)).toEqual([
			'baseUrl',
			'model',
			'maxTokens',
			'otherParameters',
			'template',
		]);
	});

	test('of a model listed twice stand at its field, empty ones between counted', async () => {
		const { compose } = await composing();
		compose.set({ models: ['a', '', 'a'] });
		expect(compose.problems.filter(({ field }) => field === 'model')).toMatchObject([{ index: 2 }]);
	});

	test('say that a tab locked to others has to be unlocked, and nothing is asked of the endpoint', async () => {
		const { compose, worker } = await composing();
		compose.setProvider('compatible');
		compose.set({
			baseUrl: 'https://a.example/v1',
			shares: [{ ...emptyShare, baseUrl: 'https://b.example/v1' }],
		});
		const lock = (...lockedTo: string[]): void => {
			const network = { lockedTo, sent: 1, blocked: 0, blockedAt: null };
			compose.receive({ kind: 'network', network });
		};
		lock('https://a.example', 'https://b.example');
		expect(compose.lockedOut).toEqual([]);
		lock('https://a.example');
		expect(compose.lockedOut).toEqual(['https://b.example']);
		expect(compose.problems.map(({ field }) => field)).toContain('network');
		expect(await compose.testConnection()).toBe(false);
		expect(worker.asked('testConnection')).toEqual([]);
	});

	test('include a number field that holds no number', async () => {
		const { compose } = await composing();
		compose.edit((draft) => withSettings(draft, { temperature: NaN, maxTokens: NaN }));
		const fields = compose.problems.map(({ field }) => field);
		expect(fields).toEqual(expect.arrayContaining(['temperature', 'maxTokens']));
	});
});

describe('start', () => {
	test('waits for the draft that is being brought back', async () => {
		let giveDraft = (_: Draft): void => undefined;
		const worker = new AskedWorker({
			loadDraft: () => new Promise<Draft>((resolve) => (giveDraft = resolve)),
		});
		const compose = new ComposeState(worker.api, {
			fetchSample: () => Promise.reject(new Error('none')),
			loadRules: () => Promise.resolve(planRules),
		});
		const restored = compose.restore();
		const started = compose.start();
		await rest();
		giveDraft(
			withTemplate({ ...emptyDraft, datasetId: 'd1' }, 0, {
				messages: [{ role: 'user', content: '{review}' }],
			}),
		);
		await restored;
		expect(await started).toBe('r1');
	});

	test('sends the setup and leaves the draft as it was', async () => {
		const { compose, worker } = await composing();
		write(compose, 'Say hello');
		const before = compose.draft;
		expect(await compose.start()).toBe('r1');
		expect(worker.asked('startRun')).toMatchObject([[{ name: 'Say hello', rowCount: 1 }]]);
		expect(compose.draft).toBe(before);
		expect(compose.starting).toBe(false);
	});

	test('sends nothing that cannot cross to the worker', async () => {
		const { compose, worker } = await composing();
		write(compose, 'Say hello');
		await compose.start();
		const [[sent] = []] = worker.asked('startRun');
		expect(structuredClone(sent)).toEqual(sent);
		expect(structuredClone(compose.draft)).toEqual(compose.draft);
	});

	test('pressed twice starts one run', async () => {
		const { compose, worker } = await composing();
		write(compose, 'Say hello');
		await Promise.all([compose.start(), compose.start()]);
		expect(worker.asked('startRun')).toHaveLength(1);
	});

	test('refused is told until something is changed', async () => {
		const { compose } = await composing({
			startRun: () => Promise.resolve(err({ kind: 'storage', message: 'full' })),
		});
		write(compose, 'Say hello');
		expect(await compose.start()).toBeNull();
		expect(compose.refusal).toEqual({ kind: 'storage', message: 'full' });
		write(compose, 'Say hello!');
		expect(compose.refusal).toBeNull();
	});

	test('waits for data that is being read', async () => {
		const { compose, worker } = await composing({
			importFiles: () => new Promise(() => undefined),
		});
		write(compose, 'Say hello');
		void compose.takeFiles([file()]);
		expect(await compose.start()).toBeNull();
		expect(compose.problems).toMatchObject([{ field: 'dataFiles' }]);
		expect(worker.asked('startRun')).toEqual([]);
	});
});

describe('the sample', () => {
	test('is one press from Start: rows, a prompt, an endpoint', async () => {
		const { compose, worker } = await composing();
		compose.setProvider('openai');
		await compose.useSample(coffeeReviews);
		expect(compose.draft).toMatchObject({ provider: 'demo', models: ['demo-small'] });
		expect(messagesOf(compose.draft)).toContain(
			'Decide if the review is positive or negative.\nReview: {review}',
		);
		expect(compose.problems).toEqual([]);
		expect(await compose.start()).toBe('r1');
		expect(worker.asked('startRun')).toMatchObject([[{ datasetId: 'd1', idColumn: 'ID' }]]);
	});

	test('needs no model typed before, on Demo either', async () => {
		const { compose } = await composing();
		compose.edit((draft) => ({ ...draft, models: [''] }));
		await compose.useSample(coffeeReviews);
		expect(compose.draft).toMatchObject({ provider: 'demo', models: ['demo-small'] });
		expect(compose.problems).toEqual([]);
	});

	test('keeps a prompt that was written', async () => {
		const { compose } = await composing();
		write(compose, 'Mine: {review}');
		await compose.useSample(coffeeReviews);
		expect(messagesOf(compose.draft)).toEqual(['Mine: {review}']);
	});

	test('takes the place of the other sample’s prompt where that was left as it is', async () => {
		const pairs = dataset(['id', 'first_review', 'second_review'], 12, 'd2');
		const { compose } = await composing({
			importFiles: ([given]) =>
				Promise.resolve(ok(given?.name === pairsOfReviews.file ? pairs : reviews)),
		});
		await compose.useSample(coffeeReviews);
		await compose.useSample(pairsOfReviews);
		expect(compose.problems).toEqual([]);
		expect(compose.check.setup?.templates).toMatchObject([
			{ messages: pairsOfReviews.template.messages },
		]);
	});

	test('that cannot be fetched is a problem of the data', async () => {
		const { compose } = await composing({}, { fetchSample: () => Promise.resolve(err('gone')) });
		await compose.useSample(coffeeReviews);
		expect(compose.data.problems).toMatchObject([{ field: 'dataFiles', message: 'gone' }]);
		expect(compose.draft).toBe(emptyDraft);
	});
});

describe('the draft', () => {
	const stored: Draft = { ...emptyDraft, name: 'Before', datasetId: 'd1', idColumn: 'ID' };
	const written: Draft = {
		...withTemplate(stored, 0, { prompt: 'Mine', messages: [{ role: 'user', content: 'Mine' }] }),
		datasetId: 'd1',
		idColumn: 'stars',
	};

	test('is saved once the person rests, and only once', async () => {
		const { compose, worker, clock } = await composing();
		for (const name of ['A', 'Ab', 'Abc']) {
			compose.set({ name });
			await clock.pass(100);
		}
		await clock.pass(250);
		expect(worker.asked('saveDraft')).toEqual([]);
		await clock.pass(100);
		expect(worker.asked('saveDraft')).toMatchObject([[{ name: 'Abc' }]]);
	});

	test('is saved at once when the page goes', async () => {
		const { compose, worker, clock } = await composing();
		compose.set({ name: 'A' });
		await compose.saveNow();
		await clock.pass(1_000);
		expect(worker.asked('saveDraft')).toHaveLength(1);
	});

	test('is left for the next page of the tab, also where the engine has not stored it', async () => {
		const left = inMemory();
		const { compose, clock } = await composing(
			{ saveDraft: () => new Promise<void>(() => undefined) },
			{ left },
		);
		compose.set({ name: 'A' });
		await clock.pass(1_000);
		compose.set({ name: 'Ab' });
		expect(left.read()).toBeNull();
		compose.leave();

		const next = await composing({ loadDraft: () => Promise.resolve(stored) }, { left });
		expect(next.compose.draft).toEqual({ ...emptyDraft, name: 'Ab' });
		await next.clock.pass(399);
		expect(left.read()).not.toBeNull();
		await next.clock.pass(1);
		expect(next.worker.asked('saveDraft')).toEqual([[{ ...emptyDraft, name: 'Ab' }]]);
		expect(left.read()).toBeNull();
	});

	test('is this tab’s own after a reload, though another tab has stored its own since', async () => {
		const left = inMemory();
		const { compose, clock } = await composing({}, { left });
		compose.set({ name: 'Mine' });
		await clock.pass(400);
		compose.leave();
		const other = { ...emptyDraft, name: 'Of another tab' };
		const next = await composing({ loadDraft: () => Promise.resolve(other) }, { left });
		expect(next.compose.draft.name).toBe('Mine');
	});

	test('stored of an earlier change does not take away what was left', async () => {
		const left = inMemory();
		const answers: (() => void)[] = [];
		const { compose, clock } = await composing(
			{ saveDraft: () => new Promise<void>((resolve) => answers.push(resolve)) },
			{ left },
		);
		compose.set({ name: 'A' });
		await clock.pass(400);
		compose.set({ name: 'Ab' });
		compose.leave();
		answers[0]?.();
		await clock.pass(0);
		expect(left.read()).toContain('"Ab"');
		answers[1]?.();
		await clock.pass(0);
		expect(left.read()).toBeNull();
	});

	test('is saved now and then while somebody writes on and on', async () => {
		const { compose, worker, clock } = await composing();
		for (let i = 1; i <= 30; i++) {
			compose.set({ name: 'x'.repeat(i) });
			await clock.pass(100);
		}
		expect(worker.asked('saveDraft').map(([draft]) => (draft as Draft).name.length)).toEqual([20]);
	});

	test('that comes back takes up what was written meanwhile', async () => {
		let answer: (draft: Draft) => void = () => undefined;
		const worker = new AskedWorker({
			loadDraft: () => new Promise<Draft>((resolve) => (answer = resolve)),
		});
		const clock = new HandClock();
		const compose = new ComposeState(worker.api, { fetchSample, clock, left: inMemory() });
		const restoring = compose.restore();
		compose.set({ name: 'N' });
		await clock.pass(1_000);
		compose.set({ name: 'New' });
		expect(worker.asked('saveDraft')).toEqual([]);
		answer(written);
		await restoring;
		expect(compose.draft).toEqual({ ...written, name: 'New' });
		await clock.pass(400);
		expect(worker.asked('saveDraft')).toEqual([[{ ...written, name: 'New' }]]);
	});

	test('that is left holds no key typed as an address', async () => {
		const left = inMemory();
		const { compose } = await composing({}, { left });
		compose.set({ baseUrl: 'sk-abcdefghijklmnopqrstuvwxyz' });
		compose.leave();
		expect(left.read()).toContain('"baseUrl":""');
	});

	test.each(['', '{', 'null'])('opens where %j was left', async (text) => {
		const { compose } = await composing(
			{ loadDraft: () => Promise.resolve(stored) },
			{ left: inMemory(text) },
		);
		expect(compose.draft).toEqual(stored);
	});

	test('is left nowhere once everything was erased', async () => {
		const left = inMemory();
		const { compose, worker, clock } = await composing({}, { left });
		compose.set({ name: 'A' });
		compose.keepNothing();
		compose.set({ name: 'Ab' });
		compose.leave();
		await clock.pass(1_000);
		expect([left.read(), worker.asked('saveDraft')]).toEqual([null, []]);
	});

	test('comes back with its data', async () => {
		const { compose } = await composing({ loadDraft: () => Promise.resolve(stored) });
		expect(compose.draft).toEqual(stored);
		expect(compose.data.dataset).toEqual(reviews);
		expect(compose.ready).toBe(true);
	});

	test('comes back without data that is no longer stored, and says so', async () => {
		const { compose } = await composing({
			loadDraft: () => Promise.resolve(stored),
			getDataset: () => Promise.resolve(null),
		});
		expect(compose.draft).toMatchObject({ name: 'Before', datasetId: null, idColumn: null });
		expect(compose.data.problems).toHaveLength(1);
	});

	test('comes back with the problems of what was written in it', async () => {
		const templates = [{ messages: [{ role: 'user', content: '{gone}' }] as const, prompt: '' }];
		const { compose } = await composing({
			loadDraft: () => Promise.resolve({ ...emptyDraft, templates }),
		});
		expect(compose.notes('template').problems).toHaveLength(1);
	});

	test('comes back empty where a number field held no number', async () => {
		const { compose } = await composing({
			loadDraft: () =>
				Promise.resolve(withSettings(emptyDraft, { temperature: NaN, promptsPerRequest: NaN })),
		});
		expect(compose.draft.settings).toMatchObject({ temperature: null, promptsPerRequest: null });
	});

	test('of a version that asked for no prompts per request comes back with one', async () => {
		const { promptsPerRequest, ...settings } = emptyDraft.settings;
		const { compose } = await composing({
			loadDraft: () => Promise.resolve({ ...emptyDraft, settings }),
		});
		expect(compose.draft.settings.promptsPerRequest).toBe(promptsPerRequest);
	});

	const fetchSample = (name: string) => Promise.resolve(ok(file(name)));

	test('being written is not overwritten by the stored one', async () => {
		let answer: (draft: Draft) => void = () => undefined;
		const { api } = new AskedWorker({
			loadDraft: () =>
				new Promise((resolve) => {
					answer = resolve;
				}),
		});
		const compose = new ComposeState(api, { fetchSample: () => Promise.resolve(err('none')) });
		const restoring = compose.restore();
		await rest();
		compose.set({ name: 'Mine' });
		answer(stored);
		await restoring;
		await compose.saveNow();
		expect(compose.draft.name).toBe('Mine');
	});

	const choosing: readonly [string, (compose: ComposeState) => Promise<void>][] = [
		['a file', (compose) => compose.takeFiles([file('new.csv')])],
		['a sample', (compose) => compose.useSample(coffeeReviews)],
	];
	const read = dataset(['ID', 'review', 'stars'], 3, 'd2');

	test.each(choosing)('that comes late keeps %s that was chosen meanwhile', async (_, choose) => {
		let answer: (draft: Draft) => void = () => undefined;
		const loading = new Promise<Draft>((resolve) => (answer = resolve));
		const worker = new AskedWorker({
			loadDraft: () => loading,
			importFiles: () => Promise.resolve(ok(read)),
		});
		const compose = new ComposeState(worker.api, { fetchSample });
		const restoring = compose.restore();
		const chosen = choose(compose);
		await rest();
		answer(written);
		await Promise.all([restoring, chosen]);
		expect(worker.asked('cancelImport')).toEqual([]);
		expect(compose.data.dataset?.id).toBe('d2');
		// What was written stays; only its data is another.
		expect(compose.draft).toMatchObject({ ...written, datasetId: 'd2' });
	});

	test.each([
		{ is: 'stored', found: reviews },
		{ is: 'gone', found: null },
	])('whose data is $is keeps a file dropped while that is looked for', async (data) => {
		let answer: (dataset: Dataset | null) => void = () => undefined;
		const { api } = new AskedWorker({
			loadDraft: () => Promise.resolve(written),
			getDataset: () => new Promise((resolve) => (answer = resolve)),
			importFiles: () => Promise.resolve(ok(read)),
		});
		const compose = new ComposeState(api, { fetchSample });
		const restoring = compose.restore();
		await rest();
		const taking = compose.takeFiles([file('new.csv')]);
		await rest();
		answer(data.found);
		await Promise.all([restoring, taking]);
		expect(compose.data.dataset?.id).toBe('d2');
		expect(compose.data.problems).toEqual([]);
		// The ID column too: the new data has it.
		expect(compose.draft).toMatchObject({ ...written, datasetId: 'd2', idColumn: 'stars' });
	});

	const broken: readonly [string, (draft: Draft) => unknown][] = [
		['no models', (draft) => ({ ...draft, models: undefined })],
		['models that are none', (draft) => ({ ...draft, models: [null] })],
		['no address', (draft) => ({ ...draft, provider: 'compatible', baseUrl: null })],
		['no templates', (draft) => ({ ...draft, templates: null })],
		['half a template', (draft) => ({ ...draft, templates: [{ messages: [] }] })],
		['no settings', (draft) => ({ ...draft, settings: null })],
		[
			'no text of parameters',
			(draft) => ({ ...draft, settings: { ...draft.settings, otherParameters: null } }),
		],
		['connections that are none', (draft) => ({ ...draft, shares: [null] })],
	];
	test.each(broken)('that has %s is told, and the page begins anew', async (_, damage) => {
		const { api } = new AskedWorker({ loadDraft: () => Promise.resolve(damage(stored) as Draft) });
		const compose = new ComposeState(api, {
			fetchSample,
			left: inMemory(),
			loadRules: () => Promise.resolve(planRules),
		});
		await expect(compose.restore()).rejects.toThrow('another version may have stored it');
		expect([compose.ready, compose.draft, compose.untouched]).toEqual([true, emptyDraft, true]);
		expect(compose.problems.length).toBeGreaterThan(0);
	});

	test('is saved also where what else is stored cannot be read', async () => {
		const worker = new AskedWorker({
			connections: () => Promise.reject(new Error('The store is shut.')),
		});
		const clock = new HandClock();
		const compose = new ComposeState(worker.api, { fetchSample, clock, left: inMemory() });
		const restoring = compose.restore();
		compose.set({ name: 'Early' });
		await expect(restoring).rejects.toThrow('shut');
		await clock.pass(400);
		expect(worker.asked('saveDraft')).toMatchObject([[{ name: 'Early' }]]);
	});

	test('that cannot be read keeps no file waiting', async () => {
		const { api } = new AskedWorker({
			loadDraft: () => Promise.reject(new Error('The store is shut.')),
		});
		const compose = new ComposeState(api, { fetchSample });
		const restoring = compose.restore();
		const taking = compose.takeFiles([file()]);
		await expect(restoring).rejects.toThrow('shut');
		await taking;
		expect(compose.draft.datasetId).toBe('d1');
	});

	test('of a duplicated run is that run’s, saved as one’s own', async () => {
		const { compose, worker, clock } = await composing();
		await compose.duplicate({ ...setup, datasetId: 'd1', rowCount: 3 });
		expect(compose.draft).toMatchObject({ name: 'Copy of Coffee reviews', provider: 'openai' });
		expect(compose.data.dataset).toEqual(reviews);
		await clock.pass(400);
		expect(worker.asked('saveDraft')).toHaveLength(1);
	});

	test.each([
		['Copy of Titles', 'Copy of Titles', []],
		['x'.repeat(200), `Copy of ${'x'.repeat(192)}`, []],
		['Titles', 'Copy of Titles (2)', ['Titles', 'Copy of Titles']],
		['Copy of Titles', 'Copy of Titles (2)', ['Titles', 'Copy of Titles']],
		['Copy of Titles (2)', 'Copy of Titles (3)', ['Copy of Titles', 'Copy of Titles (2)']],
	])('of a run called %s is called %s', async (name, copy, taken) => {
		const { compose } = await composing();
		await compose.duplicate({ ...setup, name }, taken);
		expect(compose.draft.name).toBe(copy);
	});

	test('started over keeps the connection and nothing else', async () => {
		const { compose } = await composing();
		await compose.useSample(coffeeReviews);
		compose.setProvider('openai');
		compose.set({ name: 'Mine', models: ['own-model'] });
		compose.startOver();
		expect(compose.draft).toEqual({ ...emptyDraft, provider: 'openai', models: ['own-model'] });
		expect(compose.data.dataset).toBeNull();
	});
});
