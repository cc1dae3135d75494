// @ts-check
// A run of a million choices: stored, opened, looked through, exported, deleted; as ratios measured side by side in one
// run: npm run bench:results.
import { spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { bundled, openBench, watchMemory } from './bench-browser.mjs';

const choices = Number(process.env['VOLLEY_BENCH_CHOICES'] ?? 1_000_000);
const port = Number(process.env['VOLLEY_BENCH_PORT'] ?? 4190);
/** Of each request. */
const perRequest = 4;
const requests = Math.ceil(choices / perRequest);
const goals = { write: 0.7, exportTime: 1.5, megabytes: 200, firstPageMs: 1_000, taskMs: 50 };

/** @typedef {{ ms: number, runId?: string, bytes?: number, failed?: string }} Done */

const bench = await openBench('results', port);
const loopSource = await bundled('tests/bench/results-loop.ts');
let isMissed = false;

try {
	let context = await bench.open();

	// Enough for the store to reach its pace, and not the whole million three times.
	const sample = { requests: Math.min(requests, 25_000), choices: perRequest };
	const before = await inWorker({ arm: 'bareWrite', ...sample });
	const own = await inWorker({ arm: 'write', ...sample });
	const after = await inWorker({ arm: 'bareWrite', ...sample });
	const perSecond = (/** @type {Done} */ { ms }) => (sample.requests * perRequest * 1_000) / ms;
	figure(
		'bare batched writes, choices/s, before and after',
		`${round(perSecond(before))} and ${round(perSecond(after))}`,
	);
	figure('Volley, journal and counters with them, choices/s', round(perSecond(own)));
	const bareRate = (perSecond(before) + perSecond(after)) / 2;
	figure('ratio Volley / bare writes', perSecond(own) / bareRate, { least: goals.write });

	const seeded = await inWorker({ arm: 'seed', requests, choices: perRequest });
	const { runId } = seeded;
	figure(`${(requests * perRequest).toLocaleString('en')} choices stored, s`, seeded.ms / 1_000);

	// A cold reload: the browser starts anew.
	context = await bench.open();
	const first = await openedAndScrolled();
	figure('first page of results after a cold start, ms', first.firstPageMs, {
		most: goals.firstPageMs,
	});
	figure('longest main-thread task while scrolling, ms', first.longestTask, { most: goals.taskMs });

	const jsonl = await exported('JSONL', checkJsonl);
	const bare = await inWorker({
		...{ arm: 'bareExport', runId, requests, choices: perRequest },
		bytesPerChoice: Math.round(jsonl.bytes / (requests * perRequest)),
	});
	const again = await exported('JSONL', checkJsonl);
	const bareAgain = await inWorker({
		...{ arm: 'bareExport', runId, requests, choices: perRequest },
		bytesPerChoice: Math.round(jsonl.bytes / (requests * perRequest)),
	});
	figure('JSONL, MB', jsonl.bytes / 1e6);
	figure(
		'bare read and Blob of as many bytes, s, twice',
		`${seconds(bare.ms)} and ${seconds(bareAgain.ms)}`,
	);
	figure('export as JSONL, s, twice', `${seconds(jsonl.ms)} and ${seconds(again.ms)}`);
	figure('ratio Volley / bare', (jsonl.ms + again.ms) / (bare.ms + bareAgain.ms), {
		most: goals.exportTime,
	});
	figure('peak memory above idle, MB', Math.max(jsonl.megabytes, again.megabytes), {
		most: goals.megabytes,
	});
	for (const [format, check] of /** @type {const} */ ([
		['JSON', checkJson],
		['CSV', checkCsv],
	])) {
		const { ms, bytes, megabytes } = await exported(format, check);
		figure(`export as ${format}, s`, ms / 1_000);
		figure(`${format}, MB`, bytes / 1e6);
		figure(`peak memory above idle for ${format}, MB`, megabytes, { most: goals.megabytes });
	}

	const deleted = await deletedRun();
	figure('delete: until the list is without it, ms', deleted.ms);
	figure('longest main-thread task then, ms', deleted.longestTask, { most: goals.taskMs });

	/** @param {object} order @returns {Promise<Done>} */
	async function inWorker(order) {
		const page = await context.newPage();
		await page.goto(`${bench.origin}favicon.svg`);
		const done = await page.evaluate(
			({ source, order: asked }) => {
				const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
				const worker = new Worker(url, { type: 'module' });
				worker.postMessage(asked);
				return new Promise((/** @type {(done: Done) => void} */ resolve, reject) => {
					worker.onmessage = ({ data }) => {
						resolve(data);
					};
					worker.onerror = ({ message }) => {
						reject(new Error(message));
					};
				});
			},
			{ source: loopSource, order },
		);
		await page.close();
		if (done.failed !== undefined) throw new Error(done.failed);
		return done;
	}

	async function openedAndScrolled() {
		const page = await context.newPage();
		await watchTasks(page);
		await page.addInitScript(() => {
			const seen = { firstPageAt: 0 };
			Object.assign(window, { filled: seen });
			new MutationObserver(() => {
				if (seen.firstPageAt > 0) return;
				const cell = document.querySelector('tr[data-line] .response');
				if (/a sentence or two/.test(cell?.textContent ?? '')) seen.firstPageAt = performance.now();
			}).observe(document, { childList: true, subtree: true, characterData: true });
		});
		await page.goto(`${bench.origin}#/runs/${String(runId)}`);
		await page.waitForFunction(
			() =>
				/** @type {{ filled: { firstPageAt: number } }} */ (/** @type {unknown} */ (window)).filled
					.firstPageAt > 0,
		);
		const firstPageMs = await page.evaluate(
			() =>
				/** @type {{ filled: { firstPageAt: number } }} */ (/** @type {unknown} */ (window)).filled
					.firstPageAt,
		);
		await page.waitForTimeout(2_000);
		await longestTask(page);
		const table = page.getByRole('table', { name: 'Results' });
		await table.hover();
		for (let turn = 0; turn < 100; turn++) {
			await page.mouse.wheel(0, 3_000);
			await page.waitForTimeout(50);
		}
		for (const share of [0.25, 0.5, 0.9, 1, 0.1]) {
			await table.evaluate((element, part) => {
				const box = element.parentElement;
				if (box !== null) box.scrollTop = part * box.scrollHeight;
			}, share);
			await page.waitForTimeout(400);
		}
		const longest = await longestTask(page);
		await page.close();
		return { firstPageMs, longestTask: longest };
	}

	/** @param {'JSON' | 'JSONL' | 'CSV'} format @param {(file: string) => Promise<void>} check */
	async function exported(format, check) {
		const page = await context.newPage();
		await page.goto(`${bench.origin}#/runs/${String(runId)}`);
		await page
			.locator('tr[data-line] .response', { hasText: 'a sentence or two' })
			.first()
			.waitFor();
		await page.waitForTimeout(2_000);
		const peakAboveIdle = await watchMemory(bench.folder, 'all');
		const began = performance.now();
		const downloading = page.waitForEvent('download', { timeout: 1_800_000 });
		await page.getByRole('button', { name: `Download ${format}`, exact: true }).click();
		const download = await downloading;
		const ms = performance.now() - began;
		const file = path.join(bench.folder, `results.${format.toLowerCase()}`);
		await download.saveAs(file);
		const megabytes = await peakAboveIdle();
		await page.close();
		await check(file);
		return { ms, bytes: (await stat(file)).size, megabytes };
	}

	async function deletedRun() {
		const page = await context.newPage();
		await watchTasks(page);
		await page.goto(`${bench.origin}#/new`);
		const row = page.getByRole('list', { name: 'Runs' }).getByRole('listitem').first();
		await row.hover();
		await longestTask(page);
		const began = performance.now();
		await row.getByRole('button', { name: /^Delete/ }).click();
		await row.waitFor({ state: 'detached' });
		const ms = performance.now() - began;
		await page.waitForTimeout(20_000);
		const longest = await longestTask(page);
		await page.close();
		return { ms, longestTask: longest };
	}
} finally {
	await bench.close();
}
if (isMissed) process.exitCode = 1;

/** @param {import('@playwright/test').Page} page */
async function watchTasks(page) {
	await page.addInitScript(() => {
		/** @type {number[]} */
		const tasks = [];
		Object.assign(window, { tasks });
		new PerformanceObserver((list) => {
			for (const { duration } of list.getEntries()) tasks.push(duration);
		}).observe({ type: 'longtask' });
	});
}

/** Since it was asked last. @param {import('@playwright/test').Page} page */
function longestTask(page) {
	return page.evaluate(() => {
		const { tasks } = /** @type {{ tasks: number[] }} */ (/** @type {unknown} */ (window));
		return Math.max(0, ...tasks.splice(0));
	});
}

/**
 * @param {string} name
 * @param {number | string} value
 * @param {{ least?: number, most?: number }} [goal]
 */
function figure(name, value, goal = {}) {
	const number = Number(value);
	const isBad =
		(goal.least !== undefined && !(number >= goal.least)) ||
		(goal.most !== undefined && !(number <= goal.most));
	isMissed ||= isBad;
	const shown =
		typeof value === 'string' ? value : number < 100 ? number.toFixed(2) : round(number);
	const wanted =
		goal.least === undefined
			? goal.most === undefined
				? ''
				: ` (goal: at most ${String(goal.most)})`
			: ` (goal: at least ${String(goal.least)})`;
	console.log(`${isBad ? 'MISSED ' : ''}${name}${wanted}: ${shown}`);
}

/** @param {number} value */
function round(value) {
	return String(Math.round(value));
}

/** @param {number} ms */
function seconds(ms) {
	return (ms / 1_000).toFixed(1);
}

/** @param {string} file */
async function checkJsonl(file) {
	let next = 0;
	for await (const line of createInterface({ input: createReadStream(file) })) {
		const item = JSON.parse(line);
		const [row, choice] = [Math.floor(next / perRequest), next % perRequest];
		if (item.row_index !== row || item.choice_index !== choice)
			throw new Error(`Line ${String(next)} is that of row ${String(item.row_index)}.`);
		next++;
	}
	if (next !== requests * perRequest) throw new Error(`The file has ${String(next)} lines.`);
}

/** @param {string} file */
async function checkJson(file) {
	byPython(
		file,
		'import json\nitems = json.load(open(file, encoding="utf-8"))\ncount = len(items)\nlast = items[-1]["choice_index"]',
	);
	await Promise.resolve();
}

/** @param {string} file */
async function checkCsv(file) {
	byPython(
		file,
		'import csv\ncount = 0\nfor row in csv.DictReader(open(file, encoding="utf-8-sig", newline="")):\n    count += 1\n    last = int(row["choice_index"])',
	);
	await Promise.resolve();
}

/** @param {string} file @param {string} program It sets `count` and `last`. */
function byPython(file, program) {
	const { status, stdout, stderr, error } = spawnSync(
		'python3',
		['-c', `import sys\nfile = sys.argv[1]\n${program}\nprint(count, last)`, file],
		{ encoding: 'utf8' },
	);
	if (error !== undefined) {
		console.log(`not parsed by another tool, because python3 is not here: ${path.basename(file)}`);
		return;
	}
	const wanted = `${String(requests * perRequest)} ${String(perRequest - 1)}`;
	if (status !== 0 || stdout.trim() !== wanted)
		throw new Error(`${path.basename(file)}: ${stdout}${stderr}`);
}
