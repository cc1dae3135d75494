// @ts-check
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, createServer, preview } from 'vite';
import { findBrowser } from '../browser/find-browser.mjs';
import { openBrowser } from './browser.mjs';

/**
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {import('./browser.mjs').Life} Life
 * @typedef {Awaited<ReturnType<typeof createWorld>>} World
 */

const port = 4191;
const site = `http://127.0.0.1:${String(port)}/`;

/**
 * The built site, the test endpoint, one profile on the disk, and a browser over it that dies and comes back.
 * @param {number} seed
 * @param {{ isBuilt: boolean; isTimed: boolean }} options Whether the site was built just before; whether times have to meet their goals.
 */
export async function createWorld(seed, { isBuilt, isTimed }) {
	const executable = findBrowser();
	if (executable === null) throw new Error('There is no browser: see tests/browser.');
	if (!isBuilt) await build({ logLevel: 'warn' });
	const server = await preview({ preview: { port, host: '127.0.0.1' }, logLevel: 'warn' });
	const modules = await createServer({
		server: { middlewareMode: true, hmr: false, ws: false },
		appType: 'custom',
		logLevel: 'warn',
	});
	const { createTestEndpoint } = await modules.ssrLoadModule('/tests/endpoint/test-endpoint.ts');
	/** @type {import('../endpoint/test-endpoint.ts').TestEndpoint} */
	const endpoint = await createTestEndpoint({ scenario: () => 'slow(8)' });
	const profile = mkdtempSync(path.join(tmpdir(), 'volley-kill-'));

	/** @type {string[]} */
	const faults = [];
	let state = seed + 1;
	let runs = 0;
	/** @type {Life | null} */
	let life = null;

	/** Park and Miller's generator. */
	const random = () => {
		state = (state * 48_271) % 2_147_483_647;
		return state / 2_147_483_647;
	};

	const world = {
		endpoint,
		profile,
		site,
		faults,
		random,

		/** @param {boolean} isTrue @param {string} words */
		check(isTrue, words) {
			if (isTrue) return;
			faults.push(words);
			console.log(`FAULT: ${words}`);
		},

		/** A time in milliseconds and its goal. @param {string} words @param {number} ms @param {number} most */
		checkTime(words, ms, most) {
			if (ms <= most) return;
			if (isTimed) world.check(false, `${words} took ${String(Math.round(ms))} ms`);
			else
				console.log(`${words} took ${String(Math.round(ms))} ms here; its goal is ${String(most)}`);
		},

		get life() {
			if (life === null) throw new Error('The browser is not open.');
			return life;
		},

		/** Over the same profile. */
		async open() {
			life = await openBrowser(executable, profile);
			await life.context.addInitScript(noteWhenReady);
			life.context.setDefaultTimeout(30_000);
			return life.page;
		},

		async kill() {
			await life?.kill();
			life = null;
		},

		/**
		 * Drops a table of so many rows, none of which any run before had, and starts a run over it.
		 * @param {Page} page
		 * @param {number} rows
		 */
		async startRun(page, rows) {
			runs++;
			const file = tableFile(runs, rows);
			await page.goto('about:blank');
			await page.goto(`${site}#/new`);
			await page.getByLabel('Data files').setInputFiles(file);
			// The rows themselves: as many rows as the file before had change nothing else that could be waited for.
			await page
				.getByText(`run ${String(runs)} row 0`, { exact: true })
				.first()
				.waitFor()
				.catch(async (/** @type {unknown} */ error) => {
					console.log(await page.locator('body').innerText());
					throw error;
				});
			await page.getByText(`× ${rows.toLocaleString('en')} rows`).waitFor();
			await page
				.getByRole('combobox', { name: 'Provider' })
				.selectOption({ label: 'OpenAI-compatible' });
			await page.getByRole('textbox', { name: 'Base URL' }).fill(endpoint.url);
			await page.getByLabel('Model', { exact: true }).fill('m');
			await page.getByRole('textbox', { name: 'User message' }).fill('{text}');
			await page.getByRole('button', { name: /^Start run/ }).click();
			await bar(page).waitFor();
			const url = page.url();
			return { url, id: url.slice(url.lastIndexOf('/') + 1), rows, file };
		},

		async close() {
			await life?.kill();
			await endpoint.close();
			await modules.close();
			await server.close();
			rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
		},
	};
	return world;
}

/** @typedef {Awaited<ReturnType<World['startRun']>>} StartedRun */

/** @param {number} run @param {number} rows */
const tableFile = (run, rows) => ({
	name: `kill-${String(run)}.csv`,
	mimeType: 'text/csv',
	buffer: Buffer.from(
		`id,text\n${Array.from({ length: rows }, (_, i) => `${String(i)},run ${String(run)} row ${String(i)}`).join('\n')}`,
	),
});

/** Runs in each page from its beginning: when the run's counts stood there and Resume could be pressed. */
function noteWhenReady() {
	const seen = { readyAt: 0 };
	Object.assign(window, { seen });
	const observer = new MutationObserver(() => {
		const bar = document.querySelector('[aria-label="Run progress"]');
		const resume = [...document.querySelectorAll('button')].find(
			({ textContent, disabled }) => textContent.trim() === 'Resume' && !disabled,
		);
		if (bar === null || resume === undefined) return;
		seen.readyAt = performance.now();
		observer.disconnect();
	});
	observer.observe(document, { subtree: true, childList: true, attributes: true });
}

/** Milliseconds from the page's beginning until its run could be resumed. @param {Page} page */
export const readyAfter = (page) =>
	page.evaluate(
		() =>
			/** @type {{ seen: { readyAt: number } }} */ (/** @type {unknown} */ (window)).seen.readyAt,
	);

/** @param {Page} page */
export const bar = (page) => page.getByRole('progressbar', { name: 'Run progress' });

/** @param {Page} page */
export const resumeButton = (page) =>
	page.getByRole('button', { name: 'Resume', exact: true }).first();

/** @param {Page} page */
export async function settled(page) {
	return Number(await bar(page).getAttribute('aria-valuenow'));
}

/** @param {Page} page @param {number} rows */
export async function finished(page, rows) {
	await page.waitForFunction(
		(count) =>
			document.querySelector('[aria-label="Run progress"]')?.getAttribute('aria-valuenow') ===
			String(count),
		rows,
		{ timeout: 300_000, polling: 200 },
	);
}

/**
 * Presses Resume, and drops the run's table again where the browser has lost it, as its whole database now and then is by a
 * kill; gives back whether it had to.
 * @param {Page} page
 * @param {StartedRun} run
 * @param {Promise<void>} left Settles once a request has left.
 */
export async function resumed(page, { file }, left) {
	await resumeButton(page).click();
	const input = page.getByLabel('Data file of this run');
	const first = await Promise.race([
		left.then(() => 'left'),
		input.waitFor().then(
			() => 'lost',
			() => 'neither',
		),
	]);
	if (first === 'left') return false;
	if (first === 'neither') throw new Error('Resume was pressed, and nothing came of it.');
	await input.setInputFiles(file);
	await input.waitFor({ state: 'detached' });
	await resumeButton(page).click();
	return true;
}

/**
 * What the endpoint sees ends in words where it never comes, and not in silence.
 * @template T
 * @param {Promise<T>} promise
 * @param {string} words
 * @returns {Promise<T>}
 */
export function inTime(promise, words) {
	/** @type {NodeJS.Timeout | undefined} */
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => {
			reject(new Error(`${words}: not within a minute`));
		}, 60_000);
	});
	return Promise.race([promise, /** @type {Promise<never>} */ (late)]).finally(() => {
		clearTimeout(timer);
	});
}

/** How many requests the page says may have been paid for twice. @param {Page} page */
export async function namedTwice(page) {
	const told = await page.locator('main').innerText();
	return Number(/[Uu]p to ([\d,]+) request/.exec(told)?.[1]?.replace(',', '') ?? '0');
}

/**
 * @typedef {{ row_index: number; error: unknown; response: string; prompt_args: { row: { text: string } } }} Item
 * @param {Page} page
 * @returns {Promise<Item[]>}
 */
export async function exported(page) {
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('button', { name: 'Download JSON', exact: true }).click(),
	]);
	return JSON.parse(readFileSync(await download.path(), 'utf8'));
}

/**
 * Each row has one result, and it is its own.
 * @param {World} world
 * @param {StartedRun} run
 * @param {Item[]} items
 */
export function checkResults({ check }, { rows, file }, items) {
	const texts = file.buffer.toString().split('\n').slice(1);
	check(items.length === rows, `${String(items.length)} results of ${String(rows)} rows`);
	check(
		new Set(items.map(({ row_index }) => row_index)).size === rows,
		`rows with a result: ${String(new Set(items.map(({ row_index }) => row_index)).size)}`,
	);
	const wrong = items.filter(
		({ row_index, error, response }) =>
			error !== null || response !== `echo: ${(texts[row_index] ?? '').replace(/^\d+,/, '')} #0`,
	);
	check(wrong.length === 0, `${String(wrong.length)} rows failed, or have another row's answer`);
}
