// @ts-check
// The whole way through in Firefox, by WebDriver BiDi: npm run test:firefox. `--built` takes `dist` as it is.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import puppeteer from 'puppeteer-core';
import { build, createServer, preview } from 'vite';
import { writeReport } from '../browser/report.mjs';

/** @typedef {import('puppeteer-core').Page} Page */

const port = Number(process.env['VOLLEY_FIREFOX_PORT'] ?? 4186);
const timeout = 60_000;
const rows = 30;
const key = 'sk-firefox-0123456789abcdef';

const firefox = findFirefox() ?? (installsFirefox() ? findFirefox() : null);
if (firefox === null) {
	console.log(
		'Firefox is not here, so nothing was tried in it. Install it, or name one in VOLLEY_FIREFOX.',
	);
	process.exit(0);
}

/** @type {string[]} */
const passed = [];
/** What the page itself complains of. @type {string[]} */
const complaints = [];

if (!process.argv.includes('--built')) await build({ logLevel: 'warn' });
const site = await preview({ preview: { port, host: '127.0.0.1' }, logLevel: 'warn' });
const modules = await createServer({
	server: { middlewareMode: true, hmr: false, ws: false },
	appType: 'custom',
	logLevel: 'warn',
});
const { createTestEndpoint } = /** @type {typeof import('../endpoint/test-endpoint.ts')} */ (
	await modules.ssrLoadModule('/tests/endpoint/test-endpoint.ts')
);
const endpoint = await createTestEndpoint();
const folder = await mkdtemp(path.join(tmpdir(), 'volley-firefox-'));
const browser = await puppeteer.launch({
	browser: 'firefox',
	executablePath: firefox,
	headless: true,
	defaultViewport: { width: 1280, height: 800 },
	extraPrefsFirefox: {
		'browser.download.folderList': 2,
		'browser.download.dir': folder,
		'browser.download.useDownloadDir': true,
		'browser.download.always_ask_before_handling_new_types': false,
	},
});
/** @type {string | null} */
let fault = null;
try {
	console.log(await browser.version());
	const page = await browser.newPage();
	page.setDefaultTimeout(timeout);
	// A run that goes asks before its tab is left.
	page.on('dialog', (dialog) => void dialog.accept());
	page.on('pageerror', (error) => complaints.push(String(error)));
	page.on('console', (message) => {
		if (message.type() === 'error') complaints.push(message.text());
	});

	await page.goto(`http://127.0.0.1:${String(port)}/`);
	await press(page, 'Use sample data');
	await seen(page, '72 requests');
	await press(page, 'Start run');
	await settled(page, 72);
	const sample = await downloaded(page, 'Download JSONL', 'coffee-reviews-results.jsonl');
	is('lines of the sample run', sample.trimEnd().split('\n').length, 72);

	const file = path.join(folder, 'words.csv');
	const texts = ['', 'rateLimitedOnce', 'badGatewayHtml once', 'contextTooLong'];
	const lines = Array.from({ length: rows }, (_, i) => {
		const scenario = texts[i];
		return `r${String(i)},${scenario ? `[[scenario:${scenario}]] ` : ''}word ${String(i)}`;
	});
	await writeFile(file, `id,text\n${lines.join('\n')}\n`);
	await press(page, 'New run');
	const input = await page.waitForSelector('input[type=file][multiple]');
	await /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (input).uploadFile(
		file,
	);
	await seen(page, `${String(rows)} requests`);
	await choose(page, 'ID column', 'id');
	await choose(page, 'Provider', 'OpenAI-compatible');
	await write(page, 'Base URL', endpoint.url);
	await write(page, 'API key', key);
	await write(page, 'Model', 'test-small');
	await write(page, 'User message', 'Repeat {text}');
	endpoint.hold();
	endpoint.letThrough(12);
	await press(page, 'Start run');
	await page.waitForFunction(() => {
		const bar = document.querySelector('[role=progressbar]');
		return Number(bar?.getAttribute('aria-valuenow')) >= 10;
	});

	// The tab goes in the middle, and the run goes on with Resume: nothing that had settled is sent again.
	const before = await progress(page);
	await page.reload();
	endpoint.release();
	// The key went with the tab.
	await write(page, 'API key', key);
	await press(page, 'Resume');
	await settled(page, rows);
	is('settled before the reload', before.settled >= 10, true);
	const text = await downloaded(page, 'Download JSON', 'words-results.json');
	/** @type {import('#domain/result-item.ts').ResultItem[]} */
	const items = JSON.parse(text);
	is(
		'items',
		items.map(({ id }) => id).join(),
		Array.from({ length: rows }, (_, i) => `r${String(i)}`).join(),
	);
	is(
		'failed',
		items
			.filter(({ error }) => error !== null)
			.map(({ id }) => id)
			.join(),
		'r3',
	);
	is('key in the results', text.includes(key), false);
	for (const tab of ['Summary', 'Failures', 'Setup', 'Results']) {
		await page
			.locator(`::-p-xpath(//*[@role="tab"][starts-with(normalize-space(), "${tab}")])`)
			.click();
		await page.waitForSelector('[role=tabpanel]');
	}
	passed.push('every view opens');
	is('complaints of the page', complaints.join('\n'), '');
} catch (error) {
	fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
	console.error(fault);
	if (complaints.length > 0) console.error(complaints.join('\n'));
	process.exitCode = 1;
} finally {
	await browser.close();
	await endpoint.close();
	await modules.close();
	await site.close();
	await rm(folder, { recursive: true, force: true });
}
writeReport('firefox', passed.length, fault === null ? [] : [fault]);

function findFirefox() {
	const named = process.env['VOLLEY_FIREFOX'] ?? '';
	if (named !== '') return named;
	const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/bin', '/snap/bin'];
	const files = [
		...folders.flatMap((one) => ['firefox', 'firefox-esr'].map((name) => path.join(one, name))),
		'/Applications/Firefox.app/Contents/MacOS/firefox',
		'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
	];
	return files.find((one) => existsSync(one)) ?? null;
}

/** Only where nobody's machine is changed without asking: in CI, as root. */
function installsFirefox() {
	if (process.env['CI'] === undefined || process.getuid?.() !== 0) return false;
	const args = ['install', '--yes', '--no-install-recommends', 'firefox-esr'];
	const { status } = spawnSync('apt-get', args, {
		stdio: ['ignore', 'ignore', 'inherit'],
		env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
		timeout: 300_000,
	});
	return status === 0;
}

/** @param {string} what @param {unknown} found @param {unknown} wanted */
function is(what, found, wanted) {
	if (found !== wanted) throw new Error(`${what}: ${String(found)}, not ${String(wanted)}`);
	passed.push(what);
	console.log(`ok    ${what}`);
}

/** @param {Page} page @param {string} name */
function press(page, name) {
	return page.locator(`::-p-aria([name="${name}"][role="button"])`).click();
}

/** @param {Page} page @param {string} text */
function seen(page, text) {
	return page.waitForFunction((wanted) => document.body.innerText.includes(wanted), {}, text);
}

/** @param {Page} page @param {string} label @param {string} text */
async function write(page, label, text) {
	const found = await page.waitForFunction(
		(wanted) => {
			const fields = document.querySelectorAll('input, textarea');
			return [.../** @type {NodeListOf<HTMLInputElement>} */ (fields)].find((field) => {
				const by = field.getAttribute('aria-labelledby')?.split(' ') ?? [];
				const names = [
					field.getAttribute('aria-label'),
					...[...(field.labels ?? [])].map((one) => one.textContent),
					by.map((id) => document.getElementById(id)?.textContent).join(' '),
				];
				return names.some((name) => name?.trim() === wanted) && field.checkVisibility();
			});
		},
		{},
		label,
	);
	const field = /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (found);
	await field.evaluate((element) => {
		element.focus();
		element.select();
	});
	await page.keyboard.type(text);
}

/** @param {Page} page @param {string} label @param {string} option Its words. */
async function choose(page, label, option) {
	const select = await page.waitForSelector(`::-p-aria([name="${label}"][role="combobox"])`);
	const value = await select?.evaluate(
		(element, words) =>
			[.../** @type {HTMLSelectElement} */ (element).options].find(
				({ label: shown }) => shown === words,
			)?.value ?? '',
		option,
	);
	await select?.select(value ?? '');
}

/** @param {Page} page */
function progress(page) {
	return page.$eval('[role=progressbar]', (bar) => ({
		settled: Number(bar.getAttribute('aria-valuenow')),
	}));
}

/** @param {Page} page @param {number} count */
function settled(page, count) {
	return page.waitForFunction(
		(wanted) =>
			document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow') ===
			String(wanted),
		{},
		count,
	);
}

/** @param {Page} page @param {string} button @param {string} name */
async function downloaded(page, button, name) {
	await press(page, button);
	for (;;) {
		const names = await readdir(folder);
		// While it comes another file stands beside it.
		if (names.includes(name) && !names.some((one) => one.endsWith('.part'))) {
			const text = await readFile(path.join(folder, name), 'utf8');
			if (text !== '') return text;
		}
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}
