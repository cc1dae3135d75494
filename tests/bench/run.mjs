// @ts-check
// Speed and memory as ratios measured side by side in one run: npm run bench. Wall times alone mean nothing here.
import process from 'node:process';
import { chromium } from '@playwright/test';
import { build, createServer, preview } from 'vite';
import { browserFlags, findBrowser } from '../browser/find-browser.mjs';

const rows = Number(process.env['VOLLEY_BENCH_ROWS'] ?? 10_000);

await build({ logLevel: 'warn' });
const site = await preview({ preview: { port: 4187, host: '127.0.0.1' }, logLevel: 'warn' });
const modules = await createServer({
	server: { middlewareMode: true },
	appType: 'custom',
	logLevel: 'warn',
});
const { createTestEndpoint } = await modules.ssrLoadModule('/tests/endpoint/test-endpoint.ts');
const endpoint = await createTestEndpoint();
const executablePath = findBrowser();
const browser = await chromium.launch({
	args: browserFlags,
	...(executablePath === null ? {} : { executablePath }),
});

try {
	const before = await plainFetch();
	const volley = await volleyRun();
	// The plain arm runs before and after, so that a machine that changes its pace in between is noticed.
	const after = await plainFetch();
	const plainRate = (before + after) / 2;
	report({
		requests: rows,
		'plain fetch in a worker, requests/s, before and after': `${String(Math.round(before))} and ${String(Math.round(after))}`,
		'Volley, requests/s': Math.round(volley.rate),
		'ratio Volley / plain': (volley.rate / plainRate).toFixed(2),
		'longest main-thread task, ms (goal: at most 100)': Math.round(volley.longestTask),
		'main-thread tasks over 50 ms': volley.longTasks,
		'worst delay of a 20 ms main-thread timer, ms': Math.round(volley.worstDelay),
	});
	if (volley.longestTask > 100) process.exitCode = 1;
} finally {
	await browser.close();
	await endpoint.close();
	await modules.close();
	await site.close();
}

/** @param {Record<string, string | number>} figures */
function report(figures) {
	for (const [name, value] of Object.entries(figures)) console.log(`${name}: ${String(value)}`);
}

/** The same requests by a loop of bare fetches in a worker, as many at once as a browser opens connections. */
async function plainFetch() {
	const context = await browser.newContext({ bypassCSP: true });
	const page = await context.newPage();
	await page.goto('http://127.0.0.1:4187/');
	const seconds = await page.evaluate(
		({ url, count }) => {
			const work = async () => {
				/** @type {MessageEvent<{ url: string; count: number }>} */
				const { data } = await new Promise((resolve) => {
					addEventListener('message', resolve, { once: true });
				});
				const began = performance.now();
				let next = 0;
				const lane = async () => {
					for (let i = next++; i < data.count; i = next++) {
						const response = await fetch(`${data.url}/chat/completions`, {
							method: 'POST',
							headers: {
								'content-type': 'application/json',
								authorization: 'Bearer sk-bench-0123456789',
							},
							body: JSON.stringify({
								model: 'm',
								messages: [{ role: 'user', content: `Classify: text of row ${String(i)}` }],
							}),
						});
						await response.json();
					}
				};
				await Promise.all(Array.from({ length: 6 }, lane));
				postMessage((performance.now() - began) / 1_000);
			};
			const source = new Blob([`(${work.toString()})()`], { type: 'text/javascript' });
			const worker = new Worker(URL.createObjectURL(source));
			worker.postMessage({ url, count });
			return new Promise((/** @type {(seconds: number) => void} */ resolve) => {
				worker.onmessage = ({ data }) => {
					resolve(data);
				};
			});
		},
		{ url: endpoint.url, count: rows },
	);
	await context.close();
	return rows / seconds;
}

async function volleyRun() {
	const context = await browser.newContext();
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
	await context.close();
	return {
		rate: rows / seconds,
		longestTask: seen.longest,
		longTasks: seen.count,
		worstDelay: seen.worstDelay,
	};
}
