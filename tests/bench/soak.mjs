// @ts-check
// A long run with the page open on its results: memory after warm-up and the main thread's long tasks: npm run soak
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { build, createServer, preview } from 'vite';
import { browserFlags, findBrowser } from '../browser/find-browser.mjs';
import { bar, conclude, figure, finished, startRun } from '../real/page.mjs';

const rows = Number(process.env['VOLLEY_SOAK_ROWS'] ?? 50_000);
const port = 4189;
/** Of the run: by then every cache, pool and buffer has its size. */
const warmUp = 0.2;

await build({ logLevel: 'warn' });
const site = await preview({ preview: { port, host: '127.0.0.1' }, logLevel: 'warn' });
const modules = await createServer({
	server: { middlewareMode: true, hmr: false, ws: false },
	appType: 'custom',
	logLevel: 'warn',
});
const { createTestEndpoint } = /** @type {typeof import('../endpoint/test-endpoint.ts')} */ (
	await modules.ssrLoadModule('/tests/endpoint/test-endpoint.ts')
);
const endpoint = await createTestEndpoint({ protocol: 'http2', kept: 100 });
const executablePath = findBrowser();
const profile = await mkdtemp(path.join(tmpdir(), 'volley-soak-'));
const context = await chromium.launchPersistentContext(profile, {
	args: browserFlags,
	ignoreHTTPSErrors: true,
	locale: 'en-GB',
	...(executablePath === null ? {} : { executablePath }),
});

try {
	const page = await context.newPage();
	const heaps = await watchHeaps(page);
	await page.addInitScript(() => {
		/** @type {number[]} */
		const longTasks = [];
		Object.assign(window, { longTasks });
		new PerformanceObserver((list) => {
			for (const { duration } of list.getEntries()) longTasks.push(duration);
		}).observe({ type: 'longtask' });
	});
	const text = (/** @type {number} */ row) => `text of row ${String(row)}`;
	await startRun(page, `http://127.0.0.1:${String(port)}/`, endpoint, { rows, textOf: text });
	const settled = async () => Number(await bar(page).getAttribute('aria-valuenow'));
	while ((await settled()) < warmUp * rows) await page.waitForTimeout(500);
	const warm = await heaps();
	await page.evaluate(() => {
		/** @type {{ longTasks: number[] }} */ (/** @type {unknown} */ (window)).longTasks.length = 0;
	});
	const from = await settled();
	const began = performance.now();
	// Somebody looks through the results meanwhile.
	while ((await settled()) < rows) {
		await page.mouse.wheel(0, 2_000);
		await page.waitForTimeout(1_000);
	}
	const minutes = (performance.now() - began) / 60_000;
	await finished(page, rows, 60_000);
	const longTasks = await page.evaluate(
		() => /** @type {{ longTasks: number[] }} */ (/** @type {unknown} */ (window)).longTasks,
	);
	const end = await heaps();
	figure('requests', rows);
	figure('requests/s after warm-up', (rows - from) / (60 * minutes));
	for (const [name, before, after] of [
		['page', warm.page, end.page],
		['worker', warm.worker, end.worker],
	]) {
		figure(`heap of the ${String(name)} after warm-up, MB`, Number(before) / 1e6);
		figure(`heap of the ${String(name)} at the end, MB`, Number(after) / 1e6);
	}
	figure(
		'heap at the end ÷ after warm-up',
		(end.page + end.worker) / (warm.page + warm.worker),
		1.1,
	);
	figure('main-thread tasks over 50 ms a minute', longTasks.length / minutes, 1);
	figure('longest main-thread task, ms', Math.max(0, ...longTasks));
} finally {
	await context.close();
	await rm(profile, { recursive: true, force: true });
	await endpoint.close();
	await modules.close();
	await site.close();
}
conclude();

/**
 * Bytes that page and worker hold once their garbage is collected.
 * @param {import('@playwright/test').Page} page
 */
async function watchHeaps(page) {
	const session = await context.newCDPSession(page);
	/** @type {string | null} */
	let worker = null;
	/** @type {Map<number, (result: { usedSize: number }) => void>} */
	const waiting = new Map();
	let sent = 0;
	session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
		// The engine comes first; what sends is started by the run.
		if (targetInfo.type === 'worker') worker ??= sessionId;
	});
	session.on('Target.receivedMessageFromTarget', ({ message }) => {
		const { id, result } = JSON.parse(message);
		waiting.get(id)?.(result);
	});
	await session.send('Target.setAutoAttach', {
		autoAttach: true,
		waitForDebuggerOnStart: false,
		flatten: false,
	});
	/** @param {string} method @returns {Promise<{ usedSize: number }>} */
	const inWorker = (method) =>
		new Promise((resolve, reject) => {
			if (worker === null) return reject(new Error('The page has no worker.'));
			const id = ++sent;
			waiting.set(id, resolve);
			session
				.send('Target.sendMessageToTarget', {
					sessionId: worker,
					message: JSON.stringify({ id, method }),
				})
				.catch(reject);
		});
	return async () => {
		await session.send('HeapProfiler.collectGarbage');
		await inWorker('HeapProfiler.collectGarbage');
		return {
			page: (await session.send('Runtime.getHeapUsage')).usedSize,
			worker: (await inWorker('Runtime.getHeapUsage')).usedSize,
		};
	};
}
