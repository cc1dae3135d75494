import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { expectAccessible } from './support/accessible.ts';
import type { App } from './support/app.ts';

const rows = `id,review\nshort,fine\nlong,${'good '.repeat(300)}\ndoubt,${'好'.repeat(120)}\nblank,\n`;

const found = (app: App): Locator => app.page.getByRole('region', { name: 'Before sending' });

async function compose(app: App, url: string): Promise<void> {
	await app.open();
	await app.dropCsv('reviews.csv', rows);
	await app.useEndpoint(url);
	await app.writeModel('gpt-4o');
	await app.writePrompt({ user: '{review}' });
}

test('rows that are too long are named before sending, fail alone, and are never sent', async ({
	app,
	endpoint,
}) => {
	await compose(app, endpoint.url);
	await expect(found(app)).toContainText('1 row has no text in {review}: row 4.');
	await expect(found(app)).toContainText('All 4 prompts fit into 128,000 tokens.');

	await app.set('Context window (tokens)', 200);
	await expect(found(app)).toContainText(
		'1 row is too long for a context window of 200 tokens: row 2. It will fail alone, without being sent.',
	);
	await expect(found(app)).toContainText('1 row may be too long');
	await expectAccessible(app.page);
	await found(app).getByRole('button', { name: 'row 2' }).click();
	await expect(app.page.getByRole('spinbutton', { name: 'Row shown' })).toHaveValue('2');

	await app.button('Count exactly').click();
	await expect(found(app)).not.toContainText('may be too long');
	await expect(found(app)).toContainText('1 row is too long for a context window of 200 tokens');

	await app.start();
	await app.finished();
	expect(endpoint.ledger.requests).toHaveLength(3);
	const items = await app.downloadJson();
	expect(items.map(({ id, error, attempts }) => [id, error?.kind ?? null, attempts])).toEqual([
		['short', null, 1],
		['long', 'promptTooLong', 0],
		['doubt', null, 1],
		['blank', null, 1],
	]);
	await app.page.getByRole('tab', { name: /^Failures/ }).click();
	await expect(app.page.getByText('The prompt is longer than the context window.')).toBeVisible();
});

test('Start is refused where no row can fit, and goes ahead once the number is mended', async ({
	app,
	endpoint,
}) => {
	await app.open();
	await app.dropCsv('reviews.csv', `id,review\na,${'good '.repeat(30)}\nb,${'bad '.repeat(30)}\n`);
	await app.useEndpoint(endpoint.url);
	await app.writeModel('m');
	await app.writePrompt({ user: '{review}' });
	await app.set('Context window (tokens)', 20);
	await expect(found(app)).toContainText('2 rows are too long');
	await app.startButton.click();
	await expect(app.alert.first()).toContainText(
		'No prompt fits into a context window of 20 tokens.',
	);
	expect(endpoint.ledger.requests).toHaveLength(0);
	await app.set('Context window (tokens)', 2_000);
	await expect(found(app)).toContainText('All 2 prompts fit');
	await app.start();
	await app.finished();
});

test('60,000 rows are looked at when it is asked for', async ({ app }) => {
	await app.open();
	await app.dropCsv('many.csv', `id,review\n${'1,a few words of text\n'.repeat(60_000)}`);
	await app.writePrompt({ user: '{review}' });
	await app.set('Context window (tokens)', 3);
	await app.button('Check lengths').click();
	await expect(found(app)).toContainText('60,000 rows are too long');
	await expect(found(app)).toContainText('and 59,992 more');
});
