import type { Locator, Page } from '@playwright/test';
import type { TestEndpoint } from '../endpoint/test-endpoint.ts';
import { expect, expectAccessible, test } from './fixtures.ts';
import type { App } from './support/app.ts';
import { seedRun } from './support/seed-run.ts';

const showOf = (page: Page): Locator => page.getByRole('combobox', { name: 'Show' });

const lines = (page: Page, count: number): Locator =>
	page.getByText(`${count.toLocaleString('en')} line${count === 1 ? '' : 's'}`, { exact: true });

/** A run of these texts, started. */
async function started(app: App, endpoint: TestEndpoint, texts: readonly string[]): Promise<void> {
	const { page } = app;
	await app.open();
	const csv = `id,text\n${texts.map((text, i) => `r${String(i)},${text}`).join('\n')}\n`;
	await app.dropCsv('words.csv', csv);
	await expect(page.getByText(`× ${texts.length.toLocaleString('en')} rows ×`)).toBeVisible();
	await app.chooseIdColumn('id');
	await app.useEndpoint(endpoint.url);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
	await app.start();
}

for (const width of [1280, 390])
	test(`${String(width)} px wide, a chip for each outcome says how many lines it has, and shows those`, async ({
		app,
		endpoint,
	}) => {
		const { page } = app;
		await page.setViewportSize({ width, height: 800 });
		const marked = (name: string): string => `[[scenario:${name}]]`;
		await started(app, endpoint, [
			...['first', 'second', marked('cutAtLength'), marked('refusal'), marked('filteredAnswer')],
			...[marked('contextTooLong'), marked('cutAtLength')],
		]);
		await app.finished();
		await expect(showOf(page).getByRole('option')).toHaveText([
			...['All', 'Succeeded', 'Failed', 'Truncated', 'Refused', 'Empty'],
		]);
		const chips = page.getByRole('group', { name: 'Lines by outcome' }).getByRole('button');
		await expect(chips).toHaveText(['Succeeded 6', 'Failed 1', 'Truncated 2', 'Refused 2']);
		for (const [value, ids] of [
			['truncated', ['r2', 'r6']],
			['refused', ['r3', 'r4']],
			['failed', ['r5']],
		] as const) {
			await showOf(page).selectOption(value);
			await expect(lines(page, ids.length)).toBeVisible();
			for (const id of ids) await expect(app.results.getByText(id, { exact: true })).toBeVisible();
		}
		await showOf(page).selectOption('empty');
		await expect(page.getByText('No answer is empty.')).toBeVisible();
		await expectAccessible(page);
		await chips.nth(1).click();
		await expect(chips.nth(1)).toHaveAttribute('aria-pressed', 'true');
		await expect(showOf(page)).toHaveValue('failed');
		await expect(lines(page, 1)).toBeVisible();
		await chips.nth(1).click();
		await expect(showOf(page)).toHaveValue('all');
		await page.getByRole('searchbox', { name: 'Search results' }).fill('SECOND');
		await expect(lines(page, 1)).toBeVisible();
		await expect(app.results.getByText('r1', { exact: true })).toBeVisible();
	});

test('lines found before those on the screen move nothing, and come when they are asked for', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	const late = [1, 2, 3];
	await started(
		app,
		endpoint,
		Array.from({ length: 90 }, (_, i) =>
			late.includes(i) ? `[[scenario:hangsForever once]] ${String(i)}` : `word ${String(i)}`,
		),
	);
	await expect.poll(async () => (await app.progress()).settled).toBe(87);
	await showOf(page).selectOption('succeeded');
	await expect(lines(page, 87)).toBeVisible();
	await app.results.getByText('r20', { exact: true }).scrollIntoViewIfNeeded();
	const box = page.locator('.box');
	await box.evaluate((element) => {
		element.scrollTop = 900;
	});
	const seen = app.results.getByText('r40', { exact: true });
	await expect(seen).toBeVisible();

	// Those that hang are given up and sent again, and answered now.
	await app.stop();
	await app.resume();
	await app.finished();
	const more = page.getByRole('button', { name: '3 new lines' });
	await expect(more).toBeVisible();
	await expect(lines(page, 87)).toBeVisible();
	expect(await box.evaluate((element) => element.scrollTop)).toBe(900);
	const row = app.results.getByRole('row').filter({ has: page.getByText('r40', { exact: true }) });
	await expect(row).toHaveAttribute('data-line', '37');

	await more.click();
	await expect(lines(page, 90)).toBeVisible();
	await expect(more).toBeHidden();
	await expect(app.results.getByText('r1', { exact: true })).toBeVisible();
});

test('a search through a large run, and its cut-off answers, are found whole', async ({
	app,
	endpoint,
}) => {
	test.setTimeout(180_000);
	const { page } = app;
	const requests = 20_000;
	endpoint.hold();
	await started(
		app,
		endpoint,
		Array.from({ length: requests }, (_, i) => `word ${String(i)}`),
	);
	await app.stop();
	await expect(app.button('Resume')).toBeVisible();
	await seedRun(page, { requests, cutEvery: 1_000, text: 'was said at some length. '.repeat(20) });
	await page.reload();
	await expect(app.button('Truncated 20')).toBeVisible();
	await showOf(page).selectOption('truncated');
	await expect(lines(page, 20)).toBeVisible();
	await showOf(page).selectOption('all');

	await page.getByRole('searchbox', { name: 'Search results' }).fill('7 was said');
	await expect(lines(page, 2_000)).toBeVisible({ timeout: 60_000 });
	await expect(app.button('Cancel search')).toBeHidden();
	await expect(app.results.getByText('r7', { exact: true })).toBeVisible();
});
