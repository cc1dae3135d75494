// @ts-check
// Kills a real browser in the middle of runs and looks at what is left: npm run test:kill [-- --kills 5 --wipes 2]
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build, createServer, preview } from 'vite';
import { findBrowser } from '../browser/find-browser.mjs';
import { openBrowser } from './browser.mjs';

const { values } = parseArgs({
	options: {
		kills: { type: 'string', default: '50' },
		wipes: { type: 'string', default: '10' },
		rows: { type: 'string', default: '10000' },
		seed: { type: 'string', default: '1' },
	},
});
const kills = Number(values.kills);
const wipes = Number(values.wipes);
const rows = Number(values.rows);
const port = 4191;
const site = `http://127.0.0.1:${String(port)}/`;

let state = Number(values.seed) + 1;
/** Park and Miller's generator. */
const random = () => {
	state = (state * 48_271) % 2_147_483_647;
	return state / 2_147_483_647;
};

const executable = findBrowser();
if (executable === null) throw new Error('There is no browser: see tests/browser.');
await build({ logLevel: 'warn' });
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
/** @param {boolean} isTrue @param {string} words */
const check = (isTrue, words) => {
	if (isTrue) return;
	faults.push(words);
	console.log(`FAULT: ${words}`);
};

let runs = 0;
/** @type {import('./browser.mjs').Life | null} */
let life = null;
const figures = { resent: 0, mostResent: 0, mostNamed: 0, slowestOpen: 0, slowestResume: 0 };

try {
	life = await openBrowser(executable, profile);
	life = await killed(life);
	life = await wiped(life);
} catch (error) {
	faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
	await life?.kill();
	await endpoint.close();
	await modules.close();
	await server.close();
	rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
}
console.log(`kills: ${String(kills)}, forced losses of IndexedDB: ${String(wipes)}`);
console.log(
	`sent twice: ${String(figures.resent)} in all, ${String(figures.mostResent)} after one kill at most (the page named up to ${String(figures.mostNamed)})`,
);
console.log(
	`slowest opening of a run of ${String(rows)} rows: ${String(figures.slowestOpen)} ms; slowest Resume to first request: ${String(figures.slowestResume)} ms`,
);
console.log(faults.length === 0 ? 'KILL TEST PASSED' : `KILL TEST FAILED: ${faults.join('; ')}`);
process.exitCode = faults.length === 0 ? 0 : 1;

/**
 * @param {import('@playwright/test').Page} page
 * @param {number} count
 */
async function startRun(page, count) {
	runs++;
	await page.goto(`${site}#/new`);
	await page.reload();
	const text = `id,text\n${Array.from({ length: count }, (_, i) => `${String(i)},run ${String(runs)} row ${String(i)}`).join('\n')}`;
	await page.getByLabel('Data files').setInputFiles({
		name: `kill-${String(runs)}.csv`,
		mimeType: 'text/csv',
		buffer: Buffer.from(text),
	});
	// The rows themselves: a file of as many rows as the one before changes nothing else that could be waited for.
	await page
		.getByText(`run ${String(runs)} row 0`, { exact: true })
		.first()
		.waitFor();
	await page.getByText(`× ${count.toLocaleString('en')} rows`).waitFor();
	await page
		.getByRole('combobox', { name: 'Provider' })
		.selectOption({ label: 'OpenAI-compatible' });
	await page.getByRole('textbox', { name: 'Base URL' }).fill(endpoint.url);
	await page.getByLabel('Model', { exact: true }).fill('m');
	await page.getByRole('textbox', { name: 'User message' }).fill('{text}');
	await page.getByRole('button', { name: /^Start run/ }).click();
	await bar(page)
		.waitFor()
		.catch(async (error) => {
			console.log(await page.locator('body').innerText());
			throw error;
		});
	return page.url();
}

/** @param {import('@playwright/test').Page} page */
function bar(page) {
	return page.getByRole('progressbar', { name: 'Run progress' });
}

/** @param {import('@playwright/test').Page} page */
async function settled(page) {
	return Number(await bar(page).getAttribute('aria-valuenow'));
}

/** @param {import('@playwright/test').Page} page @returns {Promise<{ row_index: number; error: unknown }[]>} */
async function exported(page) {
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('button', { name: 'Download JSON', exact: true }).click(),
	]);
	return JSON.parse(readFileSync(await download.path(), 'utf8'));
}

function resentSoFar() {
	return endpoint.ledger.requests.filter(({ seenBefore }) => seenBefore > 0).length;
}

/**
 * Breaks the run off in one of four ways; gives back the page in which it is opened again.
 * @param {import('./browser.mjs').Life} now
 * @param {number} turn
 */
async function broken(now, turn) {
	const way = ['kill', 'kill', 'kill', 'renderer', 'kill', 'close', 'kill', 'reload'][turn % 8];
	if (way === 'renderer') {
		const session = await now.page.context().newCDPSession(now.page);
		const crashed = now.page.waitForEvent('crash');
		session.send('Page.crash').catch(() => undefined);
		await crashed;
		const page = await now.newPage();
		await now.page.close().catch(() => undefined);
		return { ...now, page };
	}
	if (way === 'close') {
		const page = await now.newPage();
		await now.page.close({ runBeforeUnload: false });
		return { ...now, page };
	}
	if (way === 'reload') {
		await now.page.reload();
		return now;
	}
	await now.kill();
	return openBrowser(executable ?? '', profile);
}

/** @param {import('./browser.mjs').Life} first */
async function killed(first) {
	let now = first;
	life = now;
	let url = await startRun(now.page, rows);
	/** What the page has named in all since this run began. */
	let named = 0;
	let inRun = endpoint.ledger.requests.length;
	for (let turn = 0; turn < kills; turn++) {
		await pause(100 + random() * 1_400);
		const acknowledged = await settled(now.page);
		const before = resentSoFar();
		now = await broken(now, turn);
		life = now;
		now.page.setDefaultTimeout(20_000);
		// Nothing leaves any more; what was on its way has come to its end at the endpoint.
		await endpoint.ledger.ended(endpoint.ledger.requests.length);
		const openedAt = performance.now();
		await now.page.goto(url);
		const resume = now.page.getByRole('button', { name: 'Resume', exact: true }).first();
		await bar(now.page).waitFor();
		figures.slowestOpen = Math.max(figures.slowestOpen, Math.round(performance.now() - openedAt));
		const found = await settled(now.page);
		check(
			found >= acknowledged,
			`kill ${String(turn)}: ${String(acknowledged)} settled, ${String(found)} found`,
		);
		if (found < rows) {
			await resume.waitFor();
			const told = await now.page.getByRole('alert').first().innerText();
			const total = Number(/Up to ([\d,]+) request/.exec(told)?.[1]?.replace(',', '') ?? '0');
			const arrived = endpoint.ledger.requests.length;
			const pressedAt = performance.now();
			await resume.click();
			await endpoint.ledger.arrived(arrived + 1);
			figures.slowestResume = Math.max(
				figures.slowestResume,
				Math.round(performance.now() - pressedAt),
			);
			await endpoint.ledger.ended(Math.min(arrived + 100, inRun + rows));
			const resent = resentSoFar() - before;
			figures.resent += resent;
			figures.mostResent = Math.max(figures.mostResent, resent);
			figures.mostNamed = Math.max(figures.mostNamed, total - named);
			check(
				resent <= total - named,
				`kill ${String(turn)}: ${String(resent)} sent twice, ${String(total - named)} named`,
			);
			named = total;
			if ((turn + 1) % 10 === 0)
				console.log(
					`${String(turn + 1)} kills, ${String(found)} settled, ${String(figures.resent)} sent twice so far`,
				);
		}
		if (found > rows * 0.8 || turn === kills - 1) {
			await now.page.waitForFunction(
				(count) =>
					document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow') ===
					String(count),
				rows,
				{ timeout: 300_000, polling: 200 },
			);
			const items = await exported(now.page);
			const places = new Set(items.map(({ row_index }) => row_index));
			check(items.length === rows, `${String(items.length)} results of ${String(rows)} rows`);
			check(places.size === rows, `${String(places.size)} rows have a result`);
			check(
				items.every(({ error }) => error === null),
				'a row failed',
			);
			if (turn < kills - 1) {
				inRun = endpoint.ledger.requests.length;
				url = await startRun(now.page, rows);
				named = 0;
			}
		}
	}
	return now;
}

/** @param {import('./browser.mjs').Life} first */
async function wiped(first) {
	let now = first;
	let took = 0;
	for (let turn = 0; turn < wipes; turn++) {
		const url = await startRun(now.page, 3_000);
		await pause(600 + random() * 1_500);
		const acknowledged = await settled(now.page);
		await now.kill();
		const home = path.join(profile, 'Default/IndexedDB');
		if (turn % 2 === 0) rmSync(home, { recursive: true, force: true });
		else flip(home);
		await endpoint.ledger.ended(endpoint.ledger.requests.length);
		const sent = endpoint.ledger.requests.length;
		now = await openBrowser(executable ?? '', profile);
		life = now;
		now.page.setDefaultTimeout(20_000);
		await now.page.goto(url);
		await bar(now.page).waitFor();
		const found = await settled(now.page);
		check(
			found >= acknowledged,
			`loss ${String(turn)}: ${String(acknowledged)} settled, ${String(found)} found`,
		);
		const items = await exported(now.page);
		check(
			items.length === found,
			`loss ${String(turn)}: ${String(items.length)} results, ${String(found)} counted`,
		);
		if (turn % 2 === 0) {
			// The rows went with IndexedDB: Resume says so and sends nothing.
			await now.page.getByRole('button', { name: 'Resume', exact: true }).first().click();
			await now.page.getByText('The rows of this run are gone.').waitFor();
			took++;
		} else if (await now.page.getByText('This browser lost its stored data').first().isVisible())
			took++;
		const again = endpoint.ledger.requests.length - sent;
		check(again === 0, `loss ${String(turn)}: ${String(again)} sent without asking`);
	}
	console.log(`losses that took effect: ${String(took)} of ${String(wipes)}`);
	return now;
}

/** Changes forty bytes in each file of the database. @param {string} home */
function flip(home) {
	for (const folder of readdirSync(home)) {
		if (!folder.endsWith('.leveldb')) continue;
		for (const name of readdirSync(path.join(home, folder))) {
			if (!/\.(log|ldb)$/.test(name)) continue;
			const file = path.join(home, folder, name);
			const bytes = readFileSync(file);
			for (let i = 0; i < 40 && bytes.length > 0; i++) {
				const at = Math.floor(random() * bytes.length);
				bytes[at] = (bytes[at] ?? 0) ^ 0xff;
			}
			writeFileSync(file, bytes);
		}
	}
}
