import { expect, test } from './fixtures.ts';
import type { App } from './support/app.ts';

const csv = (rows: number): string =>
	`id,text\n${Array.from({ length: rows }, (_, i) => `${String(i)},word ${String(i)}`).join('\n')}\n`;

async function compose(app: App, url: string, rows: number, key?: string): Promise<void> {
	await app.open();
	await app.dropCsv('words.csv', csv(rows));
	await app.useEndpoint(url, key);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
}

const settled = async (app: App, count: number): Promise<void> => {
	await expect.poll(async () => (await app.progress()).settled).toBe(count);
};

test('a page reloaded in the middle of a run goes on with Resume and sends no settled request again', async ({
	app,
	endpoint,
}) => {
	endpoint.hold();
	endpoint.letThrough(20);
	await compose(app, endpoint.url, 50);
	await app.start();
	await settled(app, 20);
	await endpoint.ledger.arrived(26);

	await app.page.reload();
	endpoint.release();
	await expect(app.alert).toContainText('closed');
	expect(await app.progress()).toEqual({ settled: 20, planned: 50 });
	await app.resume();
	await app.finished();

	// Twenty were settled; the six in flight when the page went are sent again, and no other.
	expect(endpoint.ledger.requests).toHaveLength(20 + 6 + 30);
	const items = await app.downloadJson();
	expect(items.map(({ row_index }) => row_index)).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

test('a run whose browser lost its database takes its table by a drop on its page, and goes on', async ({
	app,
	endpoint,
	page,
}) => {
	endpoint.hold();
	endpoint.letThrough(4);
	await compose(app, endpoint.url, 10);
	await app.start();
	await settled(app, 4);
	const run = page.url();
	await page.goto(new URL('favicon.svg', run).href);
	endpoint.release();
	await page.evaluate(async () => {
		const deleted = ({ name = '' }: IDBDatabaseInfo): Promise<unknown> =>
			new Promise((resolve) => {
				indexedDB.deleteDatabase(name).addEventListener('success', resolve);
			});
		await Promise.all((await indexedDB.databases()).map(deleted));
	});
	await page.goto(run);
	await expect(page.getByText('The rows of this run are gone')).toBeVisible();
	await app.dropOnPage([{ name: 'other.csv', text: csv(9) }]);
	await expect(page.getByText("it has 9 rows; the run's had 10 rows")).toBeVisible();
	await app.dropOnPage([{ name: 'words.csv', text: csv(10) }]);
	await expect(page.getByText('The rows of this run are gone')).toBeHidden();
	await app.resume();
	await app.finished();
	const items = await app.downloadJson();
	expect(items.map(({ row_index }) => row_index)).toEqual(Array.from({ length: 10 }, (_, i) => i));
});

test('a run that used a key asks for it after a reload, beside Resume and for its endpoint', async ({
	app,
	endpoint,
}) => {
	endpoint.hold();
	endpoint.letThrough(2);
	await compose(app, endpoint.url, 5, 'sk-test-key-0123456789');
	await app.start();
	await settled(app, 2);
	await app.page.reload();
	endpoint.release();
	await expect(app.page.getByText(`for ${endpoint.origin}`)).toBeVisible();
	await app.page.getByLabel('API key', { exact: true }).fill('sk-test-key-0123456789');
	await app.resume();
	await app.finished();
	expect(new Set(endpoint.ledger.requests.map(({ key }) => key))).toEqual(
		new Set(['sk-test-key-0123456789']),
	);
});

test('Pause lets what is in flight finish, Stop aborts it, Resume goes on after either', async ({
	app,
	endpoint,
}) => {
	endpoint.hold();
	endpoint.letThrough(5);
	await compose(app, endpoint.url, 40);
	await app.start();
	await settled(app, 5);
	await endpoint.ledger.arrived(11);
	await app.pause();
	endpoint.letThrough(6);
	await expect(app.button('Resume')).toBeVisible();
	await settled(app, 11);
	expect(endpoint.ledger.requests).toHaveLength(11);

	endpoint.letThrough(3);
	await app.resume();
	await settled(app, 14);
	await endpoint.ledger.arrived(11 + 3 + 6);
	await app.stop();
	await endpoint.ledger.ended(20);
	expect(await app.progress()).toEqual({ settled: 14, planned: 40 });
	endpoint.release();
	await app.resume();
	await app.finished();
	expect(endpoint.ledger.requests).toHaveLength(20 + 26);
});

test('what failed is shown by kind, and Retry failed sends only that again', async ({
	app,
	endpoint,
}) => {
	endpoint.play(({ arrival }) =>
		arrival === 3 || arrival === 9 ? 'contextTooLong' : 'plainReply',
	);
	await compose(app, endpoint.url, 20);
	await app.start();
	await app.finished();
	await app.page.getByRole('tab', { name: /Failures/ }).click();
	await expect(app.page.getByText(/maximum context length/).first()).toBeVisible();
	endpoint.play('plainReply');
	await app.button('Retry failed').first().click();
	await expect.poll(() => endpoint.ledger.requests.length).toBe(22);
	await app.finished();
	await app.page.getByRole('tab', { name: /Results/ }).click();
	expect((await app.downloadJson()).every(({ error }) => error === null)).toBe(true);
});

test('faults on the way are retried, and every row has its answer', async ({ app, endpoint }) => {
	const faults = [
		'serverErrorOnce',
		'rateLimitedOnce',
		'badGatewayHtml',
		'truncatedJson',
		'missingChoices',
		'resetMidBody',
		'withoutCors',
	] as const;
	endpoint.play(({ arrival }, seenBefore) =>
		seenBefore === 0 ? (faults[arrival % 11] ?? 'plainReply') : 'plainReply',
	);
	await compose(app, endpoint.url, 60);
	await app.start();
	await app.finished();
	const items = await app.downloadJson();
	expect(items).toHaveLength(60);
	expect(items.filter(({ error }) => error !== null)).toEqual([]);
	expect(items.some(({ attempts }) => attempts > 1)).toBe(true);
});

test('a wrong key costs one call; the run says so, keeps every row, and goes on with the right one', async ({
	app,
	endpoint,
}) => {
	endpoint.play(({ key }) => (key === 'sk-right-key-01234567' ? 'plainReply' : 'wrongKey'));
	await compose(app, endpoint.url, 30, 'sk-wrong-key-01234567');
	await app.start();
	await expect(app.alert).toContainText('key');
	expect(endpoint.ledger.requests).toHaveLength(1);
	await expect(app.alert).toContainText('30');
	expect(await app.page.content()).not.toContain('sk-wrong');

	await app.page.getByLabel('API key', { exact: true }).fill('sk-right-key-01234567');
	await app.resume();
	await app.finished();
	expect(endpoint.ledger.requests).toHaveLength(31);
});

test('a spent quota stops the run and loses nothing', async ({ app, endpoint }) => {
	endpoint.play(({ arrival }) => (arrival >= 10 ? 'quotaExhausted' : 'plainReply'));
	await compose(app, endpoint.url, 40);
	await app.start();
	await expect(app.alert).toContainText('exceeded your current quota');
	await settled(app, 10);
	expect(endpoint.ledger.requests.length).toBeLessThanOrEqual(16);
	endpoint.play('plainReply');
	await app.resume();
	await app.finished();
	expect(await app.downloadJson()).toHaveLength(40);
});

test('a Base URL that answers a web page stops the run at its first request', async ({
	app,
	endpoint,
}) => {
	endpoint.play('htmlPage');
	await compose(app, endpoint.url, 30);
	await app.start();
	await expect(app.alert).toContainText('Base URL');
	expect(endpoint.ledger.requests).toHaveLength(1);
});
