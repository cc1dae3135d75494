import type { Locator } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures.ts';
import type { App } from './support/app.ts';
import type { TestEndpoint } from '../endpoint/test-endpoint.ts';

const wide = Array.from({ length: 30 }, (_, i) => `extra ${String(i)}`);
const csv = (rows: number): string =>
	[
		['id', 'text', 'stars', ...wide].join(','),
		...Array.from({ length: rows }, (_, i) =>
			[
				`r${String(i)}`,
				`word ${String(i)} ${'of a longer sentence '.repeat(8)}`,
				String(i % 5),
				...wide.map((_name, at) => `${String(at)}:${String(i)}`),
			].join(','),
		),
	].join('\n');

async function ran(
	app: App,
	endpoint: TestEndpoint,
	{ rows = 60, several = false, choices = 1 } = {},
): Promise<void> {
	await app.open();
	await app.dropCsv('sheet.csv', csv(rows));
	await app.useEndpoint(endpoint.url, 'sk-test-key-0123456789');
	await app.chooseIdColumn('id');
	await app.writeModel('test-small');
	if (several) {
		await app.button('Add model').click();
		await app.page.getByLabel('Model 2', { exact: true }).fill('test-large');
		await app.addTemplate();
		await app.writePrompt({ user: 'Judge {stars}', template: 2 });
	}
	if (choices > 1) await app.set('Completions per prompt', choices);
	await app.writePrompt({ user: 'Repeat {text}' });
	await app.start();
	await app.finished();
}

const heads = (app: App): Promise<string[]> =>
	app.results
		.getByRole('columnheader')
		.evaluateAll((all) => all.map((head) => head.getAttribute('aria-label') ?? ''));
const menu = (app: App): Locator => app.page.getByRole('dialog', { name: 'Columns' });
const box = (app: App, name: string): Locator =>
	menu(app).getByRole('checkbox', { name, exact: true });
const edge = (app: App, name: string): Locator =>
	app.results.getByRole('separator', { name: `Width of ${name}`, exact: true });
const widthOf = async (app: App, name: string): Promise<number> =>
	Number(await edge(app, name).getAttribute('aria-valuenow'));
const comparison = (app: App): Locator => app.page.getByRole('table', { name: 'Comparison' });

const usual = ['id', 'text', 'response', 'finish reason', 'completion tokens', 'latency'];

test('columns are chosen, found by name, remembered for the same data, and reset', async ({
	app,
	endpoint,
}) => {
	await ran(app, endpoint);
	expect(await heads(app)).toEqual(usual);
	await app.button('Columns').click();
	await box(app, 'prompt').check();
	await box(app, 'attempts').check();
	await box(app, 'finish reason').uncheck();
	await menu(app).getByRole('searchbox', { name: 'Find a column' }).fill('EXTRA 7');
	await expect(menu(app).getByRole('checkbox', { name: /^extra/ })).toHaveCount(1);
	await box(app, 'extra 7').check();
	await expectAccessible(app.page);
	await app.page.keyboard.press('Escape');
	await expect(menu(app)).toBeHidden();
	await expect(app.button('Columns')).toBeFocused();

	const chosen = ['id', 'text', 'extra 7', 'prompt', 'response'];
	const all = [...chosen, 'completion tokens', 'latency', 'attempts'];
	expect(await heads(app)).toEqual(all);
	await expect(app.results.getByRole('cell', { name: '7:3', exact: true })).toBeVisible();
	await expect(app.results.getByText('Repeat word 3 of a longer').first()).toBeVisible();
	await expectAccessible(app.page);

	await app.page.reload();
	await expect(app.results).toBeVisible();
	await expect.poll(() => heads(app)).toEqual(all);
	const kept = await app.page.evaluate(() => JSON.stringify(localStorage));
	expect(kept).not.toMatch(/extra|Repeat|longer/);

	await app.button('Columns').click();
	await app.button('Reset columns').click();
	expect(await heads(app)).toEqual(usual);
});

test('a column is resized by keys and by hand, and has its own width again', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	await ran(app, endpoint);
	const before = await widthOf(app, 'text');
	await edge(app, 'text').focus();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Shift+ArrowRight');
	expect(await widthOf(app, 'text')).toBe(before + 60);
	await page.keyboard.press('ArrowLeft');
	expect(await widthOf(app, 'text')).toBe(before + 50);

	// The edge stays under the pointer, also behind the response, which else gives way.
	for (const [name, by] of [
		['text', -40],
		['completion tokens', 60],
		['response', 300],
	] as const) {
		const at = await edge(app, name).boundingBox();
		if (at === null) throw new Error(`${name} has no edge`);
		const wide = await widthOf(app, name);
		const y = at.y + at.height / 2;
		await page.mouse.move(at.x + 5, y);
		await page.mouse.down();
		await page.mouse.move(at.x + 5 + by / 2, y);
		await page.mouse.move(at.x + 5 + by, y);
		const now = await edge(app, name).boundingBox();
		await page.mouse.up();
		expect(await widthOf(app, name)).toBe(wide + by);
		expect((now?.x ?? 0) - at.x).toBeCloseTo(by, 0);
	}
	// It is wider than its box now: the ids stay where they are.
	const id = app.results.getByRole('button', { name: 'r3', exact: true });
	const left = (await id.boundingBox())?.x;
	await app.results.evaluate((table) => table.parentElement?.scrollTo({ left: 200 }));
	expect((await id.boundingBox())?.x).toBe(left);
	await expectAccessible(page);

	const resized = await widthOf(app, 'response');
	await page.reload();
	await expect(app.results).toBeVisible();
	await expect.poll(() => widthOf(app, 'response')).toBe(resized);
	await edge(app, 'text').dblclick();
	expect(await widthOf(app, 'text')).toBe(before);
	await edge(app, 'response').press('Enter');
	expect(await widthOf(app, 'response')).toBeLessThan(resized);
});

test('Tab comes to one edge of all columns, and the keys go on from there', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	await ran(app, endpoint);
	await app.button('Export…').focus();
	await page.keyboard.press('Tab');
	await expect(edge(app, 'id')).toBeFocused();
	await page.keyboard.press('Tab');
	const line = app.results.getByRole('button', { name: 'r0', exact: true });
	await expect(line).toBeFocused();
	await page.keyboard.press('Shift+Tab');
	for (const [key, name] of [
		['ArrowDown', 'text'],
		['ArrowUp', 'id'],
		['End', 'latency'],
		['ArrowDown', 'latency'],
		['Home', 'id'],
		['ArrowDown', 'text'],
	] as const) {
		await page.keyboard.press(key);
		await expect(edge(app, name)).toBeFocused();
	}
	const before = await widthOf(app, 'text');
	await page.keyboard.press('ArrowRight');
	expect(await widthOf(app, 'text')).toBe(before + 10);
	await expectAccessible(page);
	await page.keyboard.press('Tab');
	await expect(line).toBeFocused();
	await page.keyboard.press('Shift+Tab');
	await expect(edge(app, 'text')).toBeFocused();
});

test('rows have as many lines of text as were chosen, and keep their place', async ({
	app,
	endpoint,
}) => {
	await ran(app, endpoint);
	const row = app.results.locator('tr[data-line="59"]');
	await app.results.getByRole('button').first().focus();
	await app.page.keyboard.press('End');
	await expect(row.getByRole('button')).toBeFocused();
	for (const [lines, height] of [
		['3', 70],
		['6', 130],
		['1', 30],
	] as const) {
		await app.button('Columns').click();
		await menu(app).getByRole('radio', { name: lines, exact: true }).check();
		await app.page.keyboard.press('Escape');
		await expect.poll(async () => (await row.boundingBox())?.height).toBe(height);
	}
});

test('stepping through the details takes the table along', async ({ app, endpoint }) => {
	await ran(app, endpoint);
	await app.results.getByRole('button', { name: 'r0', exact: true }).press('Enter');
	const dialog = app.page.getByRole('dialog', { name: /^Row/ });
	for (let i = 1; i <= 15; i++) {
		await dialog.getByRole('button', { name: 'Next' }).click();
		await expect(dialog).toHaveAccessibleName(new RegExp(`Row r${String(i)}\\b`));
	}
	await expect(app.results.getByText('r15', { exact: true })).toBeInViewport();
	await app.page.keyboard.press('Escape');
	await expect(app.results.getByRole('button', { name: 'r15', exact: true })).toBeFocused();
});

for (const width of [1_280, 390])
	test(`templates and models are compared row by row, ${String(width)} pixels wide`, async ({
		app,
		endpoint,
	}) => {
		const { page } = app;
		await page.setViewportSize({ width, height: 800 });
		endpoint.play(({ arrival }) => (arrival === 7 ? 'contextTooLong' : 'plainReply'));
		await ran(app, endpoint, { rows: 40, several: true, choices: 2 });
		await page.getByRole('radio', { name: 'Compare' }).check();
		await expect(comparison(app)).toBeVisible();
		await expect(comparison(app).getByText('waiting')).toHaveCount(0);
		await expect(comparison(app).getByText('failed').first()).toBeAttached();
		const series = ['test-small', 'test-large'];
		for (const name of [1, 2].flatMap((t) => series.map((m) => `Template ${String(t)} · ${m}`)))
			await expect(comparison(app).getByRole('columnheader', { name, exact: true })).toBeAttached();
		await expectAccessible(page);
		await expect
			.poll(() => page.evaluate(() => document.documentElement.scrollWidth))
			.toBeLessThanOrEqual(width);

		// By keyboard to the last row's second model, and into its request.
		await comparison(app).locator('tr[data-line="0"] button').first().focus();
		await page.keyboard.press('End');
		await page.keyboard.press('ArrowRight');
		const cell = comparison(app).locator('tr[data-line="39"] [data-series="1"]');
		await expect(cell).toBeFocused();
		await expect(cell).toBeInViewport({ ratio: 0.9 });
		await page.keyboard.press('Enter');
		const dialog = page.getByRole('dialog', { name: /Row r39 · template 1 · test-large/ });
		await expect(dialog).toBeVisible();
		await expect(dialog.getByText('Repeat word 39').first()).toBeVisible();
		await expectAccessible(page);
		await page.keyboard.press('Escape');
		await expect(cell).toBeFocused();

		await page.getByRole('radio', { name: 'Table' }).check();
		await expect(app.results).toBeVisible();
	});

test('a comparison is live while the run goes on', async ({ app, endpoint }) => {
	await app.open();
	await app.dropCsv('sheet.csv', csv(30));
	await app.useEndpoint(endpoint.url, 'sk-test-key-0123456789');
	await app.writeModel('test-small');
	await app.button('Add model').click();
	await app.page.getByLabel('Model 2', { exact: true }).fill('test-large');
	await app.writePrompt({ user: 'Repeat {stars}' });
	endpoint.hold();
	endpoint.letThrough(6);
	await app.start();
	await app.page.getByRole('radio', { name: 'Compare' }).check();
	const line = (number: number): Locator =>
		comparison(app).locator(`tr[data-line="${String(number)}"]`);
	// Which six of both models come first is not said.
	await expect(comparison(app).getByRole('button', { name: /^echo: / })).toHaveCount(6);
	await expect(line(9)).toContainText('waiting');
	endpoint.release();
	await app.finished();
	await expect(line(9)).not.toContainText('waiting');
	await expect(comparison(app).getByText('waiting')).toHaveCount(0);

	// Nothing is filtered here: the search of the table, which is not seen, is not offered for a file.
	const { page } = app;
	await page.getByRole('radio', { name: 'Table' }).check();
	await page.getByRole('searchbox', { name: 'Search results' }).fill('word 7');
	await expect(app.results).not.toHaveAttribute('aria-rowcount', String(1 + 60));
	const which = page.getByRole('dialog', { name: 'Export results' }).getByLabel('Which');
	await app.button('Export…').click();
	await expect(which).toBeVisible();
	await page.keyboard.press('Escape');
	await page.getByRole('radio', { name: 'Compare' }).check();
	await app.button('Export…').click();
	await expect(page.getByRole('dialog', { name: 'Export results' })).toBeVisible();
	await expect(which).toBeHidden();
});
