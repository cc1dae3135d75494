import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures.ts';
import type { App } from './support/app.ts';
import { coolDown, limitModels } from './support/limits.ts';
import { savedDraft } from './support/saved-draft.ts';

const csv = (rows: number): string =>
	`id,text,stars\n${Array.from({ length: rows }, (_, i) => `${String(i)},word ${String(i)} of a longer sentence,${String(i % 5)}`).join('\n')}\n`;

async function compose(app: App, url: string, rows: number): Promise<void> {
	await app.open();
	await app.dropCsv('words.csv', csv(rows));
	await app.useEndpoint(url, 'sk-test-key-0123456789');
	await app.writeModel('test-small');
	await app.writePrompt({ system: 'Be brief.', user: 'Repeat {text}' });
}

const fitsSideways = async (page: Page): Promise<void> => {
	const { wide, room } = await page.evaluate(() => ({
		wide: document.documentElement.scrollWidth,
		room: document.documentElement.clientWidth,
	}));
	expect(wide).toBeLessThanOrEqual(room);
};

for (const [colorScheme, width] of [
	['light', 1280],
	['dark', 1280],
	['light', 390],
	['dark', 390],
] as const)
	test.describe(`${colorScheme}, ${String(width)} px wide`, () => {
		test.use({ colorScheme, viewport: { width, height: width === 390 ? 844 : 800 } });

		test('every state of the page is accessible and fits', async ({ app, endpoint }) => {
			const { page } = app;
			const looksRight = async (): Promise<void> => {
				await expectAccessible(page);
				await fitsSideways(page);
			};
			await app.open();
			await looksRight();

			await compose(app, endpoint.url, 40);
			await looksRight();
			await app.writePrompt({ user: 'Repeat {txet}' });
			await app.startButton.click();
			await expect(app.alert.first()).toBeVisible();
			await looksRight();

			await app.writePrompt({ user: 'Repeat {text}' });
			endpoint.hold();
			endpoint.letThrough(10);
			endpoint.play(({ arrival }) => (arrival === 4 ? 'contextTooLong' : 'plainReply'));
			await app.start();
			await expect.poll(async () => (await app.progress()).settled).toBe(10);
			await looksRight();

			endpoint.play('wrongKey');
			endpoint.release();
			await expect(app.alert.first()).toBeVisible();
			await looksRight();

			endpoint.play('plainReply');
			await page.getByLabel('API key', { exact: true }).fill('sk-test-key-0123456789');
			await app.resume();
			await app.finished();
			for (const tab of [/Summary/, /Failures/, /Setup/, /Results/]) {
				await page.getByRole('tab', { name: tab }).click();
				await expect(page.getByRole('tabpanel')).toBeVisible();
				await looksRight();
			}
			await app.results.getByText('echo: Repeat word 1 of a longer sentence').first().click();
			await expect(page.getByRole('dialog')).toBeVisible();
			await looksRight();
		});

		test('so is all that is said of the pace', async ({ app, endpoint }) => {
			const { page } = app;
			const tokens = { dimension: 'tokens', perMinute: 60_000, atOnce: 300, each: 50 } as const;
			const requests = { dimension: 'requests', perMinute: 300, atOnce: 4, each: 1 } as const;
			await compose(app, endpoint.url, 3_000);
			await app.button('Add model').click();
			await page.getByLabel('Model 2', { exact: true }).fill('test-large');
			await limitModels(page, endpoint.url, { 'test-small': tokens, 'test-large': requests });
			await app.start();
			await expect(page.getByRole('list', { name: 'Limits' })).toHaveText(/60k.*300/s);
			await page
				.getByRole('region', { name: 'Run', exact: true })
				.getByText('Table', { exact: true })
				.click();
			await expect(page.getByRole('region', { name: 'Pace of the run' })).toBeVisible();
			await expectAccessible(page);
			await fitsSideways(page);
			await coolDown(page, endpoint.url, 60_000);
			await expect(page.getByText(/rate limit until/)).toBeVisible();
			await expectAccessible(page);
			await fitsSideways(page);
		});
	});

test('the whole way through works by keyboard alone', async ({ app, endpoint }) => {
	const { page } = app;
	const { keyboard } = page;
	/** Tabs on until the element in focus has this role and name. */
	const reach = async (
		role: 'button' | 'textbox' | 'combobox' | 'tab' | 'searchbox',
		name: RegExp,
	) => {
		const wanted = page.getByRole(role, { name }).and(page.locator(':focus'));
		for (let presses = 0; presses < 120; presses++) {
			if ((await wanted.count()) > 0) return;
			await keyboard.press('Tab');
		}
		throw new Error(`Tab never reaches ${role} ${String(name)}`);
	};
	await app.open();
	await reach('button', /^Use sample data$/);
	await keyboard.press('Enter');
	await expect(page.getByText('72 rows').first()).toBeVisible();
	await reach('combobox', /^Provider$/);
	await keyboard.type('OpenAI-compatible');
	await reach('textbox', /^Base URL$/);
	await keyboard.type(endpoint.url);
	await reach('textbox', /^Model$/);
	await keyboard.press('Control+A');
	await keyboard.type('test-small');
	await reach('textbox', /^User message$/);
	await keyboard.press('Control+A');
	await keyboard.type('How many stars? {stars}');
	await reach('button', /^Start run/);
	await keyboard.press('Enter');
	await app.finished();
	await reach('tab', /^Results/);
	await keyboard.press('ArrowRight');
	await expect(page.getByRole('tab', { name: /Summary/ })).toHaveAttribute('aria-selected', 'true');
	await keyboard.press('ArrowLeft');
	await reach('searchbox', /^Search results$/);
	await keyboard.type('stars? 5');
	await reach('button', /^Download JSON$/);
	const download = page.waitForEvent('download');
	await keyboard.press('Enter');
	expect((await download).suggestedFilename()).toBe('coffee-reviews-results.json');
	expect(endpoint.ledger.requests).toHaveLength(72);
});

test('runs are listed, opened by their address, renamed, duplicated and deleted', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	await compose(app, endpoint.url, 3);
	await app.start();
	await app.finished();
	const address = page.url();
	expect(address).toMatch(/#\/runs\/.+/);
	await app.button('New run').click();
	await expect(app.startButton).toBeVisible();
	await page.goBack();
	await expect(app.progressBar).toBeVisible();

	await app.runs.getByRole('button', { name: /^Rename words/ }).click();
	await page.getByRole('textbox', { name: /name/i }).last().fill('My words');
	await page.keyboard.press('Enter');
	await expect(app.runs.getByRole('link', { name: /My words/ })).toBeVisible();

	await app.runs.getByRole('button', { name: /^Duplicate My words/ }).click();
	await expect(app.startButton).toBeVisible();
	await expect(app.template(1).getByRole('textbox', { name: 'User message' })).toHaveValue(
		'Repeat {text}',
	);
	await app.start();
	await app.finished();
	await expect(app.runs.getByRole('listitem')).toHaveCount(2);

	await page.goto(address);
	await expect(page.getByRole('heading', { name: 'My words' })).toBeVisible();
	await app.runs
		.getByRole('button', { name: /^Delete My words/ })
		.first()
		.click();
	await expect(app.runs.getByRole('listitem')).toHaveCount(1);
	await expect(page.getByRole('button', { name: /^Undo: bring back My words/ })).toBeVisible();
});

test('what is being written is there again after a reload, but for the key', async ({
	app,
	endpoint,
}) => {
	await compose(app, endpoint.url, 3);
	await app.set('Temperature', 0.25);
	// The draft is saved a moment after the last key press; nothing on the page tells of it.
	await expect.poll(() => savedDraft(app.page)).toContain('"temperature":0.25');
	await app.page.reload();
	await expect(app.page.getByRole('spinbutton', { name: 'Temperature' })).toHaveValue('0.25');
	await expect(app.template(1).getByRole('textbox', { name: 'User message' })).toHaveValue(
		'Repeat {text}',
	);
	await expect(app.page.getByRole('cell', { name: /^word 1 of/ })).toBeVisible();
	await expect(app.page.getByRole('textbox', { name: 'Base URL' })).toHaveValue(endpoint.url);
});

test('the preview shows any row exactly as it will be sent', async ({ app, endpoint }) => {
	await compose(app, endpoint.url, 30);
	const preview = app.page.getByRole('region', { name: 'Preview' });
	await expect(preview).toContainText('Repeat word 0 of a longer sentence');
	await preview.getByRole('button', { name: /next/i }).click();
	await expect(preview).toContainText('Repeat word 1 of a longer sentence');
	await app.writePrompt({ user: '{{"a": "{stars}"}} {"b": {}}' });
	await expect(preview).toContainText('{"a": "1"} {"b": {}}');
});

test('the title tells how far a run is', async ({ app, endpoint }) => {
	endpoint.hold();
	endpoint.letThrough(5);
	await compose(app, endpoint.url, 10);
	await app.start();
	await expect(app.page).toHaveTitle(/50 % · words – Volley/);
	endpoint.release();
	await app.finished();
});
