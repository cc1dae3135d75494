// @ts-check
// Reading tables in, as ratios measured side by side in one run: npm run bench:import.
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { bundled, median, openBench, watchMemory } from './bench-browser.mjs';

const megabytes = Number(process.env['VOLLEY_BENCH_MB'] ?? 100);
const manyRows = Number(process.env['VOLLEY_BENCH_ROWS'] ?? 1_000_000);
const rounds = Number(process.env['VOLLEY_BENCH_ROUNDS'] ?? 3);
const port = Number(process.env['VOLLEY_BENCH_PORT'] ?? 4188);
const goals = { parse: 0.8, parseOdd: 0.7, store: 0.7, megabytes: 200, blockedMs: 200 };

const bench = await openBench('import', port);
const { folder, origin } = bench;
const loopSource = await bundled('tests/bench/import-loop.ts');
const context = await bench.open();

try {
	const large = path.join(folder, 'large.csv');
	const odd = path.join(folder, 'odd.csv');
	const many = path.join(folder, 'many.csv');
	await writeCsv(large, (row, bytes) => bytes < megabytes * 1e6 && quotedRow(row));
	await writeCsv(
		odd,
		(row, bytes) =>
			bytes < megabytes * 1e6 &&
			(row % 5_000 === 2_500 ? `${String(row)},short\n` : quotedRow(row)),
	);
	await writeCsv(many, (row) => row < manyRows && `${String(row)},text of row ${String(row)}\n`);

	const parse = await ratioOf('bareParse', 'parse', large);
	const parseOdd = await ratioOf('bareParse', 'parse', odd);
	const store = await ratioOf('bareStore', 'store', large);
	const ofLarge = await imported(large);
	const ofMany = await imported(many, manyRows);
	const blocked = Math.max(ofLarge.longestTask, ofMany.longestTask);
	const figures = {
		[`parsing ${String(megabytes)} MB, bare papaparse and Volley, s`]: parse.seconds,
		[`ratio Volley / bare papaparse (goal: at least ${String(goals.parse)})`]:
			parse.ratio.toFixed(2),
		'parsing one with an odd row in 5,000, bare papaparse and Volley, s': parseOdd.seconds,
		[`ratio Volley / bare papaparse then (goal: at least ${String(goals.parseOdd)})`]:
			parseOdd.ratio.toFixed(2),
		'storing the rows of the first, bare batched writes and Volley, s': store.seconds,
		[`ratio Volley / bare batched writes (goal: at least ${String(goals.store)})`]:
			store.ratio.toFixed(2),
		[`the whole of it in the page: ${String(megabytes)} MB, s`]: ofLarge.seconds.toFixed(1),
		[`peak memory above idle, MB (goal: at most ${String(goals.megabytes)})`]: Math.round(
			ofLarge.peakMegabytes,
		),
		[`${manyRows.toLocaleString('en')} rows in the page, s`]: ofMany.seconds.toFixed(1),
		'peak memory above idle then, MB': Math.round(ofMany.peakMegabytes),
		[`longest main-thread task, ms (goal: at most ${String(goals.blockedMs)})`]:
			Math.round(blocked),
	};
	for (const [name, value] of Object.entries(figures)) console.log(`${name}: ${String(value)}`);
	const isMissed =
		parse.ratio < goals.parse ||
		parseOdd.ratio < goals.parseOdd ||
		store.ratio < goals.store ||
		Math.max(ofLarge.peakMegabytes, ofMany.peakMegabytes) > goals.megabytes ||
		blocked > goals.blockedMs;
	if (isMissed) process.exitCode = 1;
} finally {
	await bench.close();
}

/** @param {number} row */
function quotedRow(row) {
	const n = String(row);
	return `${n},"Review ${n}: good, but ""slow"", and the milk was cold by the time that it came; would I come again? Perhaps, on a quiet day, with a book, and for the cake of row ${n}.",${String(row % 5)},"Town ${String(row % 97)}",2026-01-${String((row % 28) + 1).padStart(2, '0')}\n`;
}

/**
 * @param {string} file
 * @param {(row: number, bytes: number) => string | false} lineOf
 */
async function writeCsv(file, lineOf) {
	const out = createWriteStream(file);
	out.write('id,text,stars,town,day\n');
	let bytes = 0;
	let held = '';
	for (let row = 0; ; row++) {
		const line = lineOf(row, bytes);
		if (line === false) break;
		held += line;
		bytes += line.length;
		if (held.length < 1e6) continue;
		if (!out.write(held)) await once(out, 'drain');
		held = '';
	}
	out.end(held);
	await once(out, 'finish');
}

/**
 * Both arms in turn, in one worker; the middle of each counts.
 * @param {string} bare
 * @param {string} own
 * @param {string} file
 */
async function ratioOf(bare, own, file) {
	const page = await context.newPage();
	await page.goto(origin);
	await page.evaluate((source) => {
		const input = Object.assign(document.createElement('input'), { type: 'file', id: 'bench' });
		document.body.append(input);
		const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
		Object.assign(window, { arms: new Worker(url, { type: 'module' }) });
	}, loopSource);
	await page.locator('#bench').setInputFiles(file);
	const once = (/** @type {string} */ arm) =>
		page.evaluate(
			(name) =>
				new Promise((/** @type {(ms: number) => void} */ resolve, reject) => {
					const { arms } = /** @type {{ arms: Worker }} */ (/** @type {unknown} */ (window));
					const input = /** @type {HTMLInputElement} */ (document.getElementById('bench'));
					arms.onmessage = ({ data }) => {
						resolve(data.ms);
					};
					arms.onerror = reject;
					arms.postMessage({ arm: name, file: input.files?.[0] });
				}),
			arm,
		);
	/** @type {Record<'bare' | 'own', number[]>} */
	const times = { bare: [], own: [] };
	for (let round = 0; round < rounds; round++) {
		times.bare.push(await once(bare));
		times.own.push(await once(own));
	}
	await page.close();
	const [bareMs, ownMs] = [median(times.bare), median(times.own)];
	return {
		ratio: bareMs / ownMs,
		seconds: `${(bareMs / 1_000).toFixed(2)} and ${(ownMs / 1_000).toFixed(2)}`,
	};
}

/**
 * A file read in by the page as a person would.
 * @param {string} file
 * @param {number} [rows]
 */
async function imported(file, rows) {
	const page = await context.newPage();
	await page.goto(origin);
	await page.getByRole('button', { name: /^Start run/ }).waitFor();
	await page.waitForTimeout(1_000);
	const peakAboveIdle = await watchMemory(folder, 'renderers');
	await page.evaluate(() => {
		const seen = { longest: 0 };
		Object.assign(window, { seen });
		new PerformanceObserver((list) => {
			for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
		}).observe({ type: 'longtask' });
	});
	const began = performance.now();
	await page.getByLabel('Data files').setInputFiles(file);
	const region = page.getByRole('region', { name: `First rows of ${path.basename(file)}` });
	await region.waitFor({ timeout: 600_000 });
	const seconds = (performance.now() - began) / 1_000;
	if (rows !== undefined)
		await page
			.getByText(`${rows.toLocaleString('en')} rows`)
			.first()
			.waitFor();
	const peakMegabytes = await peakAboveIdle();
	const longestTask = await page.evaluate(
		() =>
			/** @type {{ seen: { longest: number } }} */ (/** @type {unknown} */ (window)).seen.longest,
	);
	await page.close();
	return { seconds, longestTask, peakMegabytes };
}
