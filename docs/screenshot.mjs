// @ts-check
// Takes the README's picture of the built site: npm run build && node docs/screenshot.mjs
// With a folder as its argument it takes every state of the page instead, light and dark, 1280 and 390 px wide; with
// `pace` after it, only what the page says of a run's pace.
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { createServer, preview } from 'vite';
import { browserFlags, findBrowser } from '../tests/browser/find-browser.mjs';

/** @typedef {import('@playwright/test').Page} Page */

const folder = process.argv[2];
const site = await preview({ preview: { port: 4188, host: '127.0.0.1' }, logLevel: 'warn' });
const modules = await createServer({
	server: { middlewareMode: true },
	appType: 'custom',
	logLevel: 'warn',
});
const { createTestEndpoint } = await modules.ssrLoadModule('/tests/endpoint/test-endpoint.ts');
const { coolDown, limitModels } = await modules.ssrLoadModule('/tests/e2e/support/limits.ts');
const executablePath = findBrowser();
const browser = await chromium.launch({
	args: browserFlags,
	...(executablePath === null ? {} : { executablePath }),
});

/**
 * @param {'light' | 'dark'} colorScheme
 * @param {number} width
 */
async function open(colorScheme, width) {
	const context = await browser.newContext({
		colorScheme,
		viewport: { width, height: width < 500 ? 844 : 800 },
		locale: 'en-GB',
	});
	const page = await context.newPage();
	await page.goto('http://127.0.0.1:4188/');
	await page.getByRole('button', { name: /^Start run/ }).waitFor();
	return page;
}

/** @param {Page} page */
async function useSample(page) {
	await page.getByRole('button', { name: 'Use sample data' }).click();
	await page.getByText('× 72 rows').waitFor();
}

/** @param {Page} page */
const start = (page) => page.getByRole('button', { name: /^Start run/ }).click();

/**
 * @param {Page} page
 * @param {number} count
 */
const settled = (page, count) =>
	page.waitForFunction(
		(least) =>
			Number(document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')) >= least,
		count,
	);

async function readmePicture() {
	const page = await open('light', 1280);
	await useSample(page);
	await page.getByRole('button', { name: 'Add template' }).click();
	await page
		.getByRole('group', { name: 'Template 2' })
		.getByRole('textbox', { name: 'User message' })
		.fill('How many stars would the author of this give? Review: {review}');
	await page.getByRole('spinbutton', { name: 'Max concurrency' }).fill('12');
	await start(page);
	await settled(page, 80);
	await page.screenshot({ path: new URL('screenshot.png', import.meta.url).pathname });
}

/**
 * @param {'light' | 'dark'} colorScheme
 * @param {number} width
 * @param {string} into
 */
async function everyState(colorScheme, width, into) {
	const page = await open(colorScheme, width);
	/** @param {string} name */
	const shot = (name) =>
		page.screenshot({ path: path.join(into, `${name}-${colorScheme}-${String(width)}.png`) });
	await shot('1-empty');
	await useSample(page);
	await shot('2-composed');
	await page.getByRole('textbox', { name: 'User message' }).fill('Judge {reveiw}');
	await page.getByRole('spinbutton', { name: 'Completions per prompt' }).fill('0');
	await start(page);
	await page.getByRole('alert').first().waitFor();
	await shot('3-problems');
	await page.getByRole('spinbutton', { name: 'Completions per prompt' }).fill('1');
	await page.getByRole('textbox', { name: 'User message' }).fill('Judge {review}');

	const endpoint = await createTestEndpoint({ held: true });
	await page
		.getByRole('combobox', { name: 'Provider' })
		.selectOption({ label: 'OpenAI-compatible' });
	await page.getByRole('textbox', { name: 'Base URL' }).fill(endpoint.url);
	await page.getByLabel('Model', { exact: true }).fill('test-small');
	endpoint.play((/** @type {{ arrival: number }} */ { arrival }) =>
		arrival === 4 ? 'contextTooLong' : arrival === 6 ? 'cutAtLength' : 'plainReply',
	);
	endpoint.letThrough(30);
	await start(page);
	await settled(page, 30);
	await shot('4-running');
	endpoint.play('quotaExhausted');
	endpoint.release();
	await page.getByRole('alert').first().waitFor();
	await shot('5-needs-attention');
	endpoint.play('plainReply');
	await page.getByRole('button', { name: 'Resume', exact: true }).click();
	await settled(page, 72);
	await page.getByRole('button', { name: 'Pause', exact: true }).waitFor({ state: 'hidden' });
	await shot('6-finished');
	for (const tab of ['Summary', 'Failures', 'Setup']) {
		await page.getByRole('tab', { name: new RegExp(tab) }).click();
		await shot(`7-${tab.toLowerCase()}`);
	}
	await page.getByRole('tab', { name: /Results/ }).click();
	await page.getByRole('table', { name: 'Results' }).getByText('echo: Judge').first().click();
	await page.getByRole('dialog').waitFor();
	await shot('8-detail');
	await endpoint.close();
}

/**
 * What the page says of a run's pace, by what limits it.
 * @param {'light' | 'dark'} colorScheme
 * @param {number} width
 * @param {string} into
 */
async function everyPace(colorScheme, width, into) {
	/**
	 * @param {string} name
	 * @param {(page: Page, url: string) => Promise<unknown>} before
	 * @param {(page: Page, endpoint: any) => Promise<unknown>} reach
	 * @param {readonly string[]} models
	 */
	const state = async (name, before, reach, models = ['test-small']) => {
		const page = await open(colorScheme, width);
		const endpoint = await createTestEndpoint({ scenario: () => 'slow(60)' });
		await useSample(page);
		for (let i = 2; i <= 12; i++) {
			await page.getByRole('button', { name: 'Add template' }).click();
			await page
				.getByRole('group', { name: `Template ${String(i)}`, exact: true })
				.getByRole('textbox', { name: 'User message' })
				.fill(`Judge {review}, ${String(i)}`);
		}
		await page
			.getByRole('combobox', { name: 'Provider' })
			.selectOption({ label: 'OpenAI-compatible' });
		await page.getByRole('textbox', { name: 'Base URL' }).fill(endpoint.url);
		for (const [i, model] of models.entries()) {
			if (i > 0) await page.getByRole('button', { name: 'Add model' }).click();
			await page
				.getByLabel(/^Model/)
				.nth(i)
				.fill(model);
		}
		await before(page, endpoint.url);
		await start(page);
		await reach(page, endpoint);
		await page.screenshot({
			path: path.join(into, `${name}-${colorScheme}-${String(width)}.png`),
		});
		await endpoint.close();
		await page.context().close();
	};
	const tokens = { dimension: 'tokens', perMinute: 60_000, atOnce: 700, each: 45 };
	const requests = { dimension: 'requests', perMinute: 300, atOnce: 10, each: 1 };
	/** @param {number} ms */
	const after = (ms) => (/** @type {Page} */ page) => page.waitForTimeout(ms);
	await state(
		'9-learned',
		(page, url) => limitModels(page, url, { 'test-small': tokens }),
		after(14_000),
	);
	await state(
		'9-two-models',
		(page, url) => limitModels(page, url, { 'test-small': tokens, 'test-large': requests }),
		after(14_000),
		['test-small', 'test-large'],
	);
	await state(
		'9-own-cap',
		(page) => page.getByRole('spinbutton', { name: 'Max concurrency' }).fill('3'),
		after(5_000),
	);
	await state(
		'9-cooldown',
		() => Promise.resolve(),
		async (page, endpoint) => {
			await settled(page, 150);
			await coolDown(page, endpoint.url, 30_000);
			await page.getByText(/rate limit until/).waitFor();
			await page.waitForTimeout(1_500);
		},
	);
	await state(
		'9-outage',
		() => Promise.resolve(),
		async (page, endpoint) => {
			await settled(page, 150);
			endpoint.play('badGatewayHtml');
			await page.getByText(/^Outage/).waitFor();
			await page.waitForTimeout(2_500);
		},
	);
	await state(
		'9-finished',
		(page, url) =>
			limitModels(page, url, { 'test-small': { ...tokens, perMinute: 120_000, atOnce: 1_500 } }),
		async (page) => {
			await page.waitForFunction(() => document.title.includes('finished'), undefined, {
				timeout: 120_000,
			});
			await page.getByRole('button', { name: 'Pause', exact: true }).waitFor({ state: 'hidden' });
			await page.waitForTimeout(300);
		},
	);
}

const states = process.argv[3] === 'pace' ? [everyPace] : [everyState, everyPace];
try {
	if (folder === undefined) await readmePicture();
	else
		for (const colorScheme of /** @type {const} */ (['light', 'dark']))
			for (const width of [1280, 390])
				for (const take of states) await take(colorScheme, width, folder);
} finally {
	await browser.close();
	await modules.close();
	await site.close();
}
