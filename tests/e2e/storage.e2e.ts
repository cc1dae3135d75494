import type { CDPSession, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { App } from './support/app.ts';

const csv = (rows: number, word = 'word'): string =>
	`id,text\n${Array.from({ length: rows }, (_, i) => `${String(i)},${word} ${String(i)}`).join('\n')}\n`;

async function compose(app: App, url: string, rows: number, key?: string): Promise<void> {
	await app.open();
	await app.dropCsv('words.csv', csv(rows));
	await expect(app.page.getByText(`× ${String(rows)} rows ×`)).toBeVisible();
	await app.useEndpoint(url, key);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
}

const settled = async (app: App, count: number): Promise<void> => {
	await expect.poll(async () => (await app.progress()).settled).toBe(count);
};

/** Every row stands in the results once, with its own answer. */
async function expectEachOnce(app: App, rows: number): Promise<void> {
	const items = await app.downloadJson();
	expect(items.map(({ row_index }) => row_index)).toEqual(
		Array.from({ length: rows }, (_, i) => i),
	);
	expect(items.map(({ response }) => response)).toEqual(
		items.map(({ row_index }) => `echo: Repeat word ${String(row_index)} #0`),
	);
}

/** What the page's origin may store, in bytes; null: as the browser has it. */
async function allow(session: CDPSession, page: Page, bytes: number | null): Promise<void> {
	const { origin } = new URL(page.url());
	await session.send('Storage.overrideQuotaForOrigin', {
		origin,
		...(bytes === null ? {} : { quotaSize: bytes }),
	});
}

test('a disk that fills up pauses the run; once there is room, Resume stores what was paid for and goes on', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	endpoint.hold();
	endpoint.letThrough(12);
	await compose(app, endpoint.url, 60);
	await app.start();
	await settled(app, 12);
	await endpoint.ledger.arrived(18);
	const session = await page.context().newCDPSession(page);
	await allow(session, page, 1);
	endpoint.letThrough(6);
	await endpoint.ledger.ended(18);
	await expect(app.button('Resume')).toBeEnabled();
	// Cause and advice also stand there when the page asks once more, though the disk could not take them.
	await app.button('New run').click();
	await page.goBack();
	await expect(app.alert).toContainText('could not be saved');
	await expect(app.alert).toContainText(/\d+ answers? (is|are) in this tab alone/);
	await expect(app.alert).toContainText('Free some space');
	const stored = (await app.progress()).settled;
	expect(stored).toBeGreaterThanOrEqual(12);
	expect(endpoint.ledger.requests).toHaveLength(18);

	await allow(session, page, null);
	endpoint.release();
	await app.resume();
	await app.finished();
	expect(endpoint.ledger.requests).toHaveLength(60);
	await expectEachOnce(app, 60);
});

test('a database that the browser empties in the middle of a run loses no answer', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	endpoint.hold();
	endpoint.letThrough(12);
	await compose(app, endpoint.url, 60);
	await app.start();
	await settled(app, 12);
	await endpoint.ledger.arrived(18);
	const session = await page.context().newCDPSession(page);
	await session.send('Storage.clearDataForOrigin', {
		origin: new URL(page.url()).origin,
		storageTypes: 'indexeddb',
	});
	endpoint.letThrough(6);
	await endpoint.ledger.ended(18);
	// The list of runs may say on its own that its database was closed.
	const lost = app.alert.filter({ hasText: 'The browser has lost what was stored of this run' });
	await expect(lost.first()).toBeVisible();
	endpoint.release();
	await expect(page.getByText('the browser has lost its stored data: reload')).toBeVisible();
	const sent = endpoint.ledger.requests.length;
	expect(sent).toBeLessThanOrEqual(24);
	await page.reload();
	// All that was answered is there again, also what came after the loss.
	await settled(app, sent);
	await page
		.getByLabel('Data file of this run')
		.setInputFiles({ name: 'words.csv', mimeType: 'text/csv', buffer: Buffer.from(csv(60)) });
	await expect(page.getByText('The rows of this run are gone')).toBeHidden();
	await app.resume();
	await app.finished();
	expect(endpoint.ledger.requests).toHaveLength(60);
	await expectEachOnce(app, 60);
});

for (const key of [undefined, 'sk-test-key-0123456789'])
	test(`a run goes on here, taken from a tab that sleeps${key === undefined ? '' : ', once its key was typed'}`, async ({
		app,
		endpoint,
	}) => {
		endpoint.hold();
		endpoint.letThrough(8);
		await compose(app, endpoint.url, 40, key);
		await app.start();
		await settled(app, 8);
		await endpoint.ledger.arrived(14);
		const other = new App(await app.page.context().newPage());
		await other.page.goto(app.page.url());
		await expect(other.page.getByText('going in another tab')).toBeVisible();
		const session = await app.page.context().newCDPSession(app.page);
		await session.send('Page.setWebLifecycleState', { state: 'frozen' });
		if (key !== undefined) {
			await expect(other.page.getByText(`API key for ${endpoint.origin}`)).toBeVisible();
			await other.page.getByLabel('API key', { exact: true }).fill(key);
		} else await expect(other.page.getByLabel('API key', { exact: true })).toBeHidden();
		await other.button('Resume here').click();
		await expect(other.button('Pause')).toBeVisible();
		endpoint.release();
		await other.finished();
		await session.send('Page.setWebLifecycleState', { state: 'active' });
		await expectEachOnce(other, 40);
		// What was on its way from the tab that slept may have been sent twice, and nothing else.
		expect(endpoint.ledger.requests.length).toBeLessThanOrEqual(46);
		expect(new Set(endpoint.ledger.requests.map(({ key: sent }) => sent))).toEqual(
			new Set([key ?? null]),
		);
	});

test('a run without its key is not taken over, and says what it needs', async ({
	app,
	endpoint,
}) => {
	endpoint.hold();
	endpoint.letThrough(4);
	await compose(app, endpoint.url, 20, 'sk-test-key-0123456789');
	await app.start();
	await settled(app, 4);
	await endpoint.ledger.arrived(10);
	const other = new App(await app.page.context().newPage());
	await other.page.goto(app.page.url());
	await other.button('Resume here').click();
	await expect(other.page.getByText('going in another tab')).toBeVisible();
	await expect(other.page.getByLabel('API key', { exact: true })).toBeVisible();
	expect(endpoint.ledger.requests).toHaveLength(10);
	endpoint.release();
	await app.finished();
});

for (const way of ['chosen', 'dropped on the page'])
	test(`a run whose table is gone takes it again, ${way}, and refuses another`, async ({
		app,
		endpoint,
	}) => {
		const { page } = app;
		endpoint.hold();
		endpoint.letThrough(10);
		await compose(app, endpoint.url, 30);
		await app.start();
		await settled(app, 10);
		await app.stop();
		await expect(app.button('Resume')).toBeEnabled();
		endpoint.release();
		const url = page.url();
		// A page of the origin that is not the app, so that nothing holds the databases open.
		await page.goto('./favicon.svg');
		await page.evaluate(async () => {
			for (const { name } of await indexedDB.databases())
				await new Promise<void>((resolve) => {
					const deleting = indexedDB.deleteDatabase(name ?? '');
					deleting.onsuccess = () => {
						resolve();
					};
				});
		});
		await page.goto(url);
		const give = async (text: string): Promise<void> => {
			const file = { name: 'words.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
			if (way === 'chosen') await page.getByLabel('Data file of this run').setInputFiles(file);
			else await app.dropOnPage([{ name: 'words.csv', text }]);
		};
		await expect(page.getByText('The rows of this run are gone')).toContainText('words.csv');
		await give(csv(30, 'other'));
		await expect(app.alert.filter({ hasText: 'not the table of this run' })).toBeVisible();
		await expect(page.getByLabel('Data file of this run')).toBeEnabled();
		expect(new URL(page.url()).hash).toContain('#/runs/');

		await give(csv(30));
		await expect(page.getByText('The rows of this run are gone')).toBeHidden();
		expect(await app.progress()).toEqual({ settled: 10, planned: 30 });
		await app.resume();
		await app.finished();
		await expectEachOnce(app, 30);
	});
