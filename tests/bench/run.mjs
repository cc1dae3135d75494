// @ts-check
// Speed and memory as ratios measured side by side in one run: npm run bench. Wall times alone mean nothing here.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { build, createServer, preview } from 'vite';
import { browserFlags, findBrowser } from '../browser/find-browser.mjs';

const rows = Number(process.env['VOLLEY_BENCH_ROWS'] ?? 10_000);

const atOnce = 100;
const leastRatio = 0.85;

await build({ logLevel: 'warn' });
const loopSource = await bundledLoop();
const site = await preview({ preview: { port: 4187, host: '127.0.0.1' }, logLevel: 'warn' });
const modules = await createServer({
	server: { middlewareMode: true },
	appType: 'custom',
	logLevel: 'warn',
});
const { createTestEndpoint } = await modules.ssrLoadModule('/tests/endpoint/test-endpoint.ts');
const endpoint = await createTestEndpoint({ protocol: 'http2', kept: 100 });
const executablePath = findBrowser();
// A profile on disk, as people have: in a private window every write to a file takes a way of its own.
const profile = await mkdtemp(path.join(tmpdir(), 'volley-bench-'));
const context = await chromium.launchPersistentContext(profile, {
	args: browserFlags,
	ignoreHTTPSErrors: true,
	// The bare loop is a worker that the site's policy does not know.
	bypassCSP: true,
	...(executablePath === null ? {} : { executablePath }),
});

try {
	const before = await bareLoop();
	const volley = await volleyRun();
	// The bare arm runs before and after, so that a machine that changes its pace in between is noticed.
	const after = await bareLoop();
	const ratio = volley.rate / ((before + after) / 2);
	report({
		requests: rows,
		'bare package in a worker, requests/s, before and after': `${String(Math.round(before))} and ${String(Math.round(after))}`,
		'Volley, requests/s': Math.round(volley.rate),
		[`ratio Volley / bare package (goal: at least ${String(leastRatio)})`]: ratio.toFixed(2),
		'longest main-thread task, ms (goal: at most 100)': Math.round(volley.longestTask),
		'main-thread tasks over 50 ms': volley.longTasks,
		'worst delay of a 20 ms main-thread timer, ms': Math.round(volley.worstDelay),
	});
	if (volley.longestTask > 100 || ratio < leastRatio) process.exitCode = 1;
} finally {
	await context.close();
	await rm(profile, { recursive: true, force: true });
	await endpoint.close();
	await modules.close();
	await site.close();
}

/** @param {Record<string, string | number>} figures */
function report(figures) {
	for (const [name, value] of Object.entries(figures)) console.log(`${name}: ${String(value)}`);
}

/** The same requests by the bare package in a worker of the same page, as many at once. */
async function bareLoop() {
	const page = await context.newPage();
	await page.goto('http://127.0.0.1:4187/');
	const seconds = await page.evaluate(
		({ source, order }) => {
			const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
			const worker = new Worker(url, { type: 'module' });
			worker.postMessage(order);
			return new Promise((/** @type {(seconds: number) => void} */ resolve) => {
				worker.onmessage = ({ data }) => {
					resolve(data);
				};
			});
		},
		{ source: loopSource, order: { url: endpoint.url, count: rows, lanes: atOnce } },
	);
	await page.close();
	return rows / seconds;
}

/** The loop's worker as one script. */
async function bundledLoop() {
	const bundled = await build({
		configFile: false,
		logLevel: 'warn',
		build: {
			write: false,
			target: 'es2023',
			lib: { entry: 'tests/bench/sdk-loop.ts', formats: ['es'] },
		},
	});
	const [first] = /** @type {import('vite').Rolldown.RolldownOutput[]} */ (bundled);
	if (first === undefined) throw new Error('Nothing was bundled.');
	return first.output[0].code;
}

async function volleyRun() {
	const page = await context.newPage();
	await page.goto('http://127.0.0.1:4187/');
	const csv = `id,text\n${Array.from({ length: rows }, (_, i) => `${String(i)},text of row ${String(i)}`).join('\n')}`;
	await page.getByLabel('Data files').setInputFiles({
		name: 'bench.csv',
		mimeType: 'text/csv',
		buffer: Buffer.from(csv),
	});
	await page.getByText(`× ${rows.toLocaleString('en')} rows`).waitFor();
	await page
		.getByRole('combobox', { name: 'Provider' })
		.selectOption({ label: 'OpenAI-compatible' });
	await page.getByRole('textbox', { name: 'Base URL' }).fill(endpoint.url);
	await page.getByLabel('API key', { exact: true }).fill('sk-bench-0123456789');
	await page.getByLabel('Model', { exact: true }).fill('m');
	await page.getByRole('textbox', { name: 'User message' }).fill('Classify: {text}');
	await page.evaluate(() => {
		const seen = { longest: 0, count: 0, worstDelay: 0 };
		Object.assign(window, { seen });
		new PerformanceObserver((list) => {
			for (const { duration } of list.getEntries()) {
				seen.longest = Math.max(seen.longest, duration);
				seen.count++;
			}
		}).observe({ type: 'longtask' });
		let last = performance.now();
		setInterval(() => {
			const now = performance.now();
			seen.worstDelay = Math.max(seen.worstDelay, now - last - 20);
			last = now;
		}, 20);
	});
	await page.getByRole('button', { name: /^Start run/ }).click();
	const bar = page.getByRole('progressbar', { name: 'Run progress' });
	await bar.waitFor();
	const began = performance.now();
	await page.waitForFunction(
		(count) =>
			document.querySelector('[role=progressbar], progress')?.getAttribute('aria-valuenow') ===
			String(count),
		rows,
		{ timeout: 600_000, polling: 200 },
	);
	const seconds = (performance.now() - began) / 1_000;
	const seen = await page.evaluate(
		() =>
			/** @type {{ seen: { longest: number, count: number, worstDelay: number } }} */ (
				/** @type {unknown} */ (window)
			).seen,
	);
	await page.close();
	return {
		rate: rows / seconds,
		longestTask: seen.longest,
		longTasks: seen.count,
		worstDelay: seen.worstDelay,
	};
}
