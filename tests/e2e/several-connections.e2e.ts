import type { Locator } from '@playwright/test';
import { emptyDraft, emptyShare } from '#domain/draft.ts';
import { createTestEndpoint, type TestEndpoint } from '../endpoint/test-endpoint.ts';
import { expect, expectAccessible, test as base } from './fixtures.ts';
import type { App } from './support/app.ts';
import { savedDraft } from './support/saved-draft.ts';

const test = base.extend<{ readonly second: TestEndpoint }>({
	// eslint-disable-next-line no-empty-pattern
	second: async ({}, use) => {
		// As few at once as the first minute of an account may let through.
		const second = await createTestEndpoint({
			key: 'sk-of-the-second-endpoint',
			limits: { rpm: 60, burst: 4 },
		});
		await use(second);
		await second.close();
	},
});

const rows = 24;
const csv = `id,text\n${Array.from({ length: rows }, (_, i) => `r${String(i)},word ${String(i)}`).join('\n')}\n`;

async function compose(app: App, first: string): Promise<void> {
	await app.open();
	await app.dropCsv('words.csv', csv);
	await app.useEndpoint(first, 'sk-of-the-first-endpoint');
	await app.writeModel('small');
	await app.writePrompt({ user: 'Repeat {text}' });
}

async function addConnection(app: App, url: string, key: string): Promise<Locator> {
	const { page } = app;
	await page.getByText('Further connections').click();
	await app.button('Add connection').click();
	const group = page.getByRole('group', { name: 'Connection 2' });
	const address = group.getByRole('textbox', { name: 'Base URL' });
	await expect(address).toBeFocused();
	await address.fill(url);
	await group.getByLabel('API key').fill(key);
	await group.getByLabel('API key').press('Tab');
	await expect(group.getByText('A key ending in')).toBeVisible();
	return group;
}

/** A setup file of somebody else, with a further connection. */
const setupOver = (baseUrl: string): string =>
	JSON.stringify({
		format: 'volley-setup',
		version: 1,
		setup: { ...emptyDraft, datasetId: undefined, shares: [{ ...emptyShare, baseUrl }] },
	});

/** Without an address yet; gives back the field of its key. */
async function addUnfinishedConnection({ page }: App, key: string): Promise<Locator> {
	await page.getByText('Further connections').click();
	await page.getByRole('button', { name: 'Add connection' }).click();
	const field = page.getByRole('group', { name: 'Connection 2' }).getByLabel('API key');
	await field.fill(key);
	await field.press('Tab');
	return field;
}

const host = ({ origin }: TestEndpoint): string => new URL(origin).host;

test.describe('a run with several connections', () => {
	test('sends each row to one of them, with its key and its name of the model, and a slow one takes its time', async ({
		app,
		endpoint,
		second,
	}) => {
		const { page } = app;
		await compose(app, endpoint.url);
		const group = await addConnection(app, second.url, 'sk-of-the-second-endpoint');
		await group.getByRole('textbox', { name: 'small is called there' }).fill('vendor/small');
		await expect(page.getByText('shared by 2 connections, 50 % / 50 %')).toBeVisible();
		await expectAccessible(page);
		await app.start();
		await expect(page.getByText(`requests go to ${host(endpoint)}, ${host(second)}`)).toBeVisible();
		await expect(page.getByRole('list', { name: 'Limits' })).toContainText(
			`vendor/small at ${host(second)} learned 60 requests/min`,
		);
		await app.finished();

		const items = await app.downloadJson();
		const at = (one: TestEndpoint) =>
			items.filter(({ connection }) => connection === host(one)).toSorted(byStart);
		expect(items.map(({ row_index }) => row_index)).toEqual([...Array(rows).keys()]);
		for (const [one, key, model] of [
			[endpoint, 'sk-of-the-first-endpoint', 'small'],
			[second, 'sk-of-the-second-endpoint', 'vendor/small'],
		] as const) {
			expect(Math.abs(at(one).length - rows / 2)).toBeLessThanOrEqual(2);
			expect(new Set(one.ledger.requests.map((request) => request.key))).toEqual(new Set([key]));
			for (const item of at(one))
				expect(item).toMatchObject({ model_args: { model }, error: null });
		}
		expect(second.ledger.requests.some(({ limited }) => limited)).toBe(true);
		// At one a second the second is still being asked when the first has been asked for all of its rows.
		const [lastAtFirst, lastAtSecond] = [at(endpoint).at(-1), at(second).at(-1)];
		expect(Date.parse(lastAtFirst?.started_at ?? '')).toBeLessThan(
			Date.parse(lastAtSecond?.started_at ?? ''),
		);
		const { text } = await app.download('Download CSV');
		expect(text.split('\r\n')[0]).toContain('model,connection,choice_index');
	});

	test('goes on at one while the other gives no answer at all', async ({
		app,
		endpoint,
		second,
	}) => {
		await compose(app, endpoint.url);
		await addConnection(app, second.url, 'sk-of-the-second-endpoint');
		second.hold();
		await app.start();
		await expect.poll(() => second.ledger.requests.length).toBe(1);
		await expect
			.poll(async () => (await app.progress()).settled)
			.toBeGreaterThanOrEqual(rows / 2 - 2);
		expect(endpoint.ledger.requests.length).toBeLessThanOrEqual(rows / 2 + 2);
		await app.stop();
		await expect(app.button('Resume')).toBeEnabled();
	});

	test('names the one that turned its key down, asks for that key, and goes on with it', async ({
		app,
		endpoint,
		second,
	}) => {
		const { page } = app;
		await compose(app, endpoint.url);
		await addConnection(app, second.url, 'sk-wrong-wrong');
		await app.start();
		await expect(app.alert).toContainText(`${host(second)}: The API key was not accepted.`);
		await expect(page.getByText(`for ${second.origin}`)).toBeVisible();
		expect(second.ledger.requests).toHaveLength(1);
		await page.getByLabel('API key', { exact: true }).fill('sk-of-the-second-endpoint');
		await app.resume();
		await app.finished();
		expect((await app.downloadJson()).every(({ error }) => error === null)).toBe(true);
	});

	test('goes on without the one that has no credit left', async ({ app, endpoint, second }) => {
		await compose(app, endpoint.url);
		await addConnection(app, second.url, 'sk-of-the-second-endpoint');
		second.play('quotaExhausted');
		await app.start();
		await expect(app.alert).toContainText(`${host(second)}: The account has no credit left.`);
		await app.button(`Leave ${host(second)} out and resume`).click();
		await app.finished();
		const items = await app.downloadJson();
		expect(new Set(items.map(({ connection }) => connection))).toEqual(new Set([host(endpoint)]));
		await app.page.getByRole('tab', { name: 'Setup' }).click();
		await expect(app.page.getByText(/nothing is sent there since/)).toBeVisible();
	});

	test('binds a key to the address it was typed for, never to one that an opened setup brought', async ({
		app,
	}) => {
		const { page } = app;
		await app.open();
		const typed = await addUnfinishedConnection(app, 'sk-mine-mine-7777');
		const two = page.getByRole('group', { name: 'Connection 2' });
		await app.dropOnPage([{ name: 'theirs.volley.json', text: setupOver('https://evil.test/v1') }]);
		const address = two.getByRole('textbox', { name: 'Base URL' });
		await expect(address).toHaveValue('https://evil.test/v1');
		await expect(typed).toHaveValue('');
		await typed.focus();
		await typed.press('Tab');
		await address.fill('https://evil.test/v2');
		await address.press('Tab');
		await expect(two.getByText('A key ending in')).toHaveCount(0);
	});

	test('takes a typed key away with its connection, and keeps that of the next with the next', async ({
		app,
	}) => {
		const { page } = app;
		await app.open();
		await addUnfinishedConnection(app, 'sk-of-nobody-1111');
		await app.button('Add connection').click();
		const three = page.getByRole('group', { name: 'Connection 3' });
		await three.getByRole('textbox', { name: 'Base URL' }).fill('https://b.test/v1');
		await app.button('Add connection').click();
		const four = page.getByRole('group', { name: 'Connection 4' });
		await four.getByLabel('API key').fill('sk-of-the-last-2222');
		await app.button('Remove connection 2').click();
		await expect(four).toHaveCount(0);
		const two = page.getByRole('group', { name: 'Connection 2' });
		await expect(two.getByRole('textbox', { name: 'Base URL' })).toHaveValue('https://b.test/v1');
		await expect(two.getByLabel('API key')).toHaveValue('');
		await two.getByLabel('API key').focus();
		await two.getByLabel('API key').press('Tab');
		await expect(two.getByText('A key ending in')).toHaveCount(0);
		await expect(three.getByLabel('API key')).toHaveValue('sk-of-the-last-2222');
		await three.getByRole('textbox', { name: 'Base URL' }).fill('https://c.test/v1');
		await three.getByRole('textbox', { name: 'Base URL' }).press('Tab');
		await expect(three.getByText('A key ending in …2222 is held for c.test')).toBeVisible();
	});

	test('is there again after a reload, and can be taken out', async ({ app, endpoint, second }) => {
		const { page } = app;
		await compose(app, endpoint.url);
		const group = await addConnection(app, second.url, 'sk-of-the-second-endpoint');
		await group.getByRole('spinbutton', { name: 'Tokens per minute' }).fill('30000');
		await app.startButton.click();
		await expect(app.alert).toContainText('Type the tokens per minute of connection 1 too');
		await page.getByRole('spinbutton', { name: 'Tokens per minute of connection 1' }).fill('70000');
		await expect(page.getByText('shared by 2 connections, 70 % / 30 %')).toBeVisible();
		await expect.poll(() => savedDraft(page)).toContain('"tokensPerMinute":70000');
		await page.reload();
		await expect(group.getByRole('textbox', { name: 'Base URL' })).toHaveValue(second.url);
		await group.getByRole('button', { name: 'Remove connection 2' }).click();
		await expect(group).toHaveCount(0);
		await expect(app.button('Add connection')).toBeFocused();
		await expect(page.getByText('shared by')).toHaveCount(0);
	});
});

const byStart = (a: { readonly started_at: string }, b: { readonly started_at: string }): number =>
	Date.parse(a.started_at) - Date.parse(b.started_at);

test('two that are the same are told where the second is', async ({ app, page }) => {
	await app.open();
	const providers = page.getByRole('combobox', { name: 'Provider' });
	await providers.selectOption({ label: 'OpenAI' });
	await page.getByText('Further connections').click();
	await app.button('Add connection').click();
	const group = page.getByRole('group', { name: 'Connection 2' });
	const provider = providers.last();
	await provider.selectOption({ label: 'OpenAI' });
	const words = 'Connection 2 is the same as connection 1. Change or remove it.';
	await expect(group.getByText(words)).toBeVisible();
	await expect(provider).toHaveAccessibleDescription(words);
	await page.getByRole('button', { name: /^Start run/ }).click();
	await app.alert.getByRole('link', { name: words }).click();
	await expect(provider).toBeFocused();
});

test('a model with a very long name makes nothing wider than a phone', async ({ app, page }) => {
	await page.setViewportSize({ width: 390, height: 844 });
	await app.open();
	await app.useEndpoint('http://127.0.0.1:9/v1');
	await app.writeModel('m'.repeat(250));
	await page.getByText('Further connections').click();
	await app.button('Add connection').click();
	await expect(page.getByRole('textbox', { name: /is called there$/ })).toBeVisible();
	const { wide, room } = await page.evaluate(() => ({
		wide: document.documentElement.scrollWidth,
		room: document.documentElement.clientWidth,
	}));
	expect(wide).toBeLessThanOrEqual(room);
});
