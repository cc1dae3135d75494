import type { Locator, Page } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures.ts';
import type { App } from './support/app.ts';

const csv = (rows: number): string =>
	`id,text\n${Array.from({ length: rows }, (_, i) => `${String(i)},word ${String(i % 4)}`).join('\n')}\n`;

const openSummary = (page: Page): Promise<void> =>
	page.getByRole('tab', { name: 'Summary' }).click();

const figure = (page: Page, title: string): Locator =>
	page.getByRole('region', { name: new RegExp(`^${title}`) });

async function compose(app: App, url: string, rows: number): Promise<void> {
	await app.open();
	await app.dropCsv('words.csv', csv(rows));
	await app.useEndpoint(url);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
}

test.describe('the summary', () => {
	test('shows what the answers of the sample come to; a bar shows its results', async ({ app }) => {
		const { page } = app;
		await app.open();
		await app.useSample();
		await app.start();
		await app.finished();
		await openSummary(page);

		const bars = page.getByRole('list', { name: 'Most frequent answers' }).getByRole('button');
		await expect(bars.first()).toBeVisible();
		const shown = await bars.first().innerText();
		await expectAccessible(page);

		const answers = figure(page, 'Answers');
		await answers.getByText('As a table').click();
		const rows = answers.getByRole('table').getByRole('row');
		await expect(rows.first().getByRole('columnheader')).toHaveText(['answer', 'count', 'share']);
		await expect(rows).toHaveCount((await bars.count()) + 1);
		for (const title of ['Throughput', 'Time of a request', 'Tokens of a completion'])
			await expect(figure(page, title).getByRole('img').first()).toBeVisible();
		await figure(page, 'Throughput').getByText('As a table').click();
		await expect(
			figure(page, 'Throughput').getByRole('columnheader', { name: 'succeeded' }),
		).toBeVisible();
		await expectAccessible(page);

		const [, text = '', count = ''] = /^(\S+)\s+([\d,]+)\s*answers?,/.exec(shown) ?? [];
		expect(text).toMatch(/^(positive|negative|neutral)$/);
		await bars.first().press('Enter');
		await expect(page.getByRole('tab', { name: /^Results/ })).toHaveAttribute(
			'aria-selected',
			'true',
		);
		await expect(page.getByRole('tab', { name: /^Results/ })).toBeFocused();
		await expect(app.results).toHaveAttribute('aria-rowcount', String(Number(count) + 1));
		await expect(app.results.getByRole('row').nth(1)).toContainText(text);
	});

	test('tells failures and answers that are not complete apart, and keeps up with the run', async ({
		app,
		endpoint,
	}) => {
		const { page } = app;
		await compose(app, endpoint.url, 60);
		endpoint.play(({ arrival }) =>
			arrival % 7 === 3 ? 'contextTooLong' : arrival % 5 === 4 ? 'cutAtLength' : 'plainReply',
		);
		endpoint.hold();
		endpoint.letThrough(20);
		await app.start();
		await expect.poll(async () => (await app.progress()).settled).toBeGreaterThanOrEqual(15);
		await openSummary(page);
		const cutOff = page.getByRole('button', { name: /^cut off \d+ answers?,/ });
		await expect(cutOff).toBeVisible();
		endpoint.release();
		await app.finished();
		const failed = figure(page, 'Throughput').getByText(/\d+ failed, below the line/);
		await expect(failed).toBeVisible();
		await expect(page.getByText(/^The pictures are as of/)).toBeHidden();
		const table = figure(page, 'Answers');
		await expect(table.getByText(/^\d+ answers, \d+ different$/)).toBeVisible();
		await expectAccessible(page);
	});

	test('sets templates and models side by side, with how far they agree', async ({
		app,
		endpoint,
	}) => {
		const { page } = app;
		await compose(app, endpoint.url, 12);
		await app.addTemplate();
		await app.writePrompt({ user: 'Repeat {text}', template: 2 });
		await app.set('Completions per prompt', 2);
		await app.start();
		await app.finished();
		await openSummary(page);
		const side = page.getByRole('table', { name: 'Side by side' });
		await expect(side.getByRole('columnheader')).toHaveText(['Template 1', 'Template 2']);
		await expect(side.getByRole('row', { name: /^succeeded/ })).toHaveText(/12\s*12$/);
		const agreement = figure(page, 'Agreement');
		// The endpoint numbers its choices, so no two of a prompt are equal, and both templates ask the same.
		await expect(agreement).toContainText('All choices of a prompt are equal in 0 % of 24 prompts');
		await expect(agreement).toContainText(
			'All templates give the same answer for 100 % of 12 rows',
		);
		await expect(agreement.getByRole('cell', { name: '100 %' })).toBeVisible();
		await page.setViewportSize({ width: 390, height: 844 });
		await expectAccessible(page);
		const breadth = await page.evaluate(() => document.documentElement.scrollWidth);
		expect(breadth).toBeLessThanOrEqual(390);
	});
});
