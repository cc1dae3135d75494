import { readFile } from 'node:fs/promises';
import type { Locator } from '@playwright/test';
import { numberAt, type JsonObject } from '#domain/json.ts';
import type { RunStatement } from '#domain/statement.ts';
import { expect, expectAccessible, test } from './fixtures.ts';
import type { App } from './support/app.ts';

/** What a compatible endpoint is sent as Max tokens. */
const tokenLimit = 'max_tokens';

/** Rows whose text says how they are answered. */
const marked = (...scenarios: readonly string[]): string =>
	`id,text\n${scenarios.map((scenario, i) => `r${String(i)},${scenario === '' ? `word ${String(i)}` : `[[scenario:${scenario}]] ${String(i)}`}`).join('\n')}\n`;

async function run(app: App, url: string, csv: string, maxTokens?: number): Promise<void> {
	await app.open();
	await app.dropCsv('words.csv', csv);
	await app.chooseIdColumn('id');
	await app.useEndpoint(url);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
	await app.set('Max retries', 0);
	if (maxTokens !== undefined) await app.set('Max tokens', maxTokens);
	await app.start();
	await app.finished();
}

const openTab = (app: App, name: RegExp): Promise<void> =>
	app.page.getByRole('tab', { name }).click();

const card = (app: App, title: string): Locator =>
	app.page.getByRole('article').filter({ hasText: title });

/** The lines of the results, by their cells. */
const lines = (app: App): Locator => app.results.getByRole('row').filter({ hasText: /r\d/ });

test('failures stand by kind; one group is shown and retried, and the others stay', async ({
	app,
	endpoint,
}) => {
	const mixed = [
		'',
		'contextTooLong',
		'badGatewayHtml once',
		'',
		'badGatewayHtml once',
		'contextTooLong',
	];
	await run(app, endpoint.url, marked(...mixed));
	await openTab(app, /^Failures/);
	await expect(app.page.getByRole('heading', { name: '4 requests failed' })).toBeVisible();
	const tooLong = card(app, 'too long for the model');
	const faults = card(app, 'fault of its own');
	await expect(tooLong).toContainText('Rows r1, r5');
	await expect(tooLong.getByRole('button', { name: 'Duplicate with changes…' })).toBeVisible();
	await expect(faults).toContainText('Rows r2, r4');
	await expect(
		faults.getByRole('button', { name: /^Retry these 2: .*fault of its own/ }),
	).toBeVisible();
	await expect(faults.getByRole('button', { name: /^Duplicate/ })).toBeHidden();
	await expectAccessible(app.page);

	await tooLong.getByRole('button', { name: 'Show these rows' }).click();
	await expect(lines(app)).toHaveCount(2);
	await expect(app.page.getByRole('tab', { name: /^Results/ })).toBeFocused();
	await expect(lines(app).nth(0)).toContainText('r1');
	await expect(lines(app).nth(1)).toContainText('r5');

	await openTab(app, /^Failures/);
	const before = endpoint.ledger.requests.length;
	await faults.getByRole('button', { name: 'Retry these 2' }).click();
	await app.finished();
	await expect(app.page.getByRole('heading', { name: '2 requests failed' })).toBeVisible();
	await expect(faults).toBeHidden();
	await expect(tooLong).toBeVisible();
	// What is sent again waits first, and counts as failed no more.
	await expect.poll(async () => (await app.progress()).settled).toBe(6);
	expect(endpoint.ledger.requests).toHaveLength(before + 2);
	const items = await (async () => {
		await openTab(app, /^Results/);
		return app.downloadJson();
	})();
	expect(items.map(({ error }) => error?.kind ?? null)).toEqual([
		...[null, 'contextLengthExceeded', null, null, null, 'contextLengthExceeded'],
	]);
});

test('Duplicate with changes opens the run’s setup to be changed', async ({ app, endpoint }) => {
	await run(app, endpoint.url, marked('contextTooLong', ''));
	await openTab(app, /^Failures/);
	await app.page.getByRole('button', { name: 'Duplicate with changes…' }).click();
	await expect(app.startButton).toBeVisible();
	await expect(app.template(1).getByRole('textbox', { name: 'User message' }).first()).toHaveValue(
		'Repeat {text}',
	);
});

test('answers that were cut off are retried from Failures with twice the limit; refused ones are only shown', async ({
	app,
	endpoint,
}) => {
	const limitOf = (body: JsonObject): number => numberAt(body, tokenLimit) ?? Infinity;
	endpoint.play(({ row, body }) => {
		if (row.includes('refuse')) return 'refusal';
		return row.includes('long') && limitOf(body) < 40 ? 'cutAtLength' : 'plainReply';
	});
	await run(app, endpoint.url, 'id,text\nr0,long a\nr1,short\nr2,refuse\nr3,long b\n', 20);
	await openTab(app, /^Failures/);
	await expect(app.page.getByRole('heading', { name: 'Nothing has failed' })).toBeVisible();
	await expect(app.page.getByRole('heading', { name: '3 answers to look at' })).toBeVisible();
	const refused = card(app, 'Refused or filtered.');
	await expect(refused.getByRole('button')).toHaveText(['Show these rows']);
	await expectAccessible(app.page);

	const cut = card(app, 'Cut off by the limit.');
	await cut.getByRole('button', { name: 'Show these rows' }).click();
	await expect(lines(app)).toHaveCount(2);

	await openTab(app, /^Failures/);
	await cut.getByRole('button', { name: 'Retry 2 truncated…' }).click();
	const dialog = app.page.getByRole('dialog');
	await expect(dialog.getByRole('spinbutton', { name: 'Max tokens' })).toHaveValue('40');
	await dialog.getByRole('button', { name: 'Retry truncated' }).click();
	await app.finished();
	await expect(cut).toBeHidden();
	await expect
		.poll(() => endpoint.ledger.requests.slice(-2).map(({ body }) => limitOf(body)))
		.toEqual([40, 40]);
});

test('a finished run closes with a statement that balances and downloads', async ({
	app,
	endpoint,
}) => {
	await run(app, endpoint.url, marked('', 'contextTooLong', '', '', 'badGatewayHtml once'));
	await openTab(app, /^Summary/);
	const statement = app.page.getByRole('region', { name: 'Statement' });
	await expect(statement.getByRole('heading', { name: 'Closing statement' })).toBeVisible();
	await expect(statement).toContainText('5 planned = 3 succeeded + 2 failed + 0 waiting');
	await expect(statement).toContainText('every number agrees');
	await expectAccessible(app.page);
	const [download] = await Promise.all([
		app.page.waitForEvent('download'),
		statement.getByRole('button', { name: 'Download statement' }).click(),
	]);
	expect(download.suggestedFilename()).toMatch(/-statement\.json$/);
	const text = await readFile(await download.path(), 'utf8');
	const told = JSON.parse(text) as RunStatement;
	expect(told.requests).toEqual({
		...{ planned: 5, waiting: 0, in_flight: 0, succeeded: 3, failed: 2 },
	});
	expect(told.differences).toEqual([]);
	expect(told.hashes.rows?.count).toBe(5);
	for (const hash of [told.hashes.rows?.digest, told.hashes.results?.digest, told.hashes.settings])
		expect(hash).toMatch(/^[0-9a-f]{64}$/);

	await openTab(app, /^Failures/);
	await card(app, 'fault of its own').getByRole('button', { name: 'Retry this one' }).click();
	await app.finished();
	await openTab(app, /^Summary/);
	await expect(statement).toContainText('5 planned = 4 succeeded + 1 failed + 0 waiting');
});

test('a stopped run tells what it came to so far', async ({ app, endpoint }) => {
	endpoint.hold();
	endpoint.letThrough(2);
	await app.open();
	await app.dropCsv('words.csv', marked('', '', '', '', ''));
	await app.useEndpoint(endpoint.url);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
	await app.start();
	await expect.poll(async () => (await app.progress()).settled).toBe(2);
	await openTab(app, /^Summary/);
	const statement = app.page.getByRole('region', { name: 'Statement' });
	await expect(statement).toBeHidden();
	await app.stop();
	endpoint.release();
	await expect(statement.getByRole('heading', { name: 'Statement so far' })).toBeVisible();
	await expect(statement).toContainText('5 planned = 2 succeeded + 0 failed + 3 waiting');
});
