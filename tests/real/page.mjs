// @ts-check
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { writeReport } from '../browser/report.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('../endpoint/test-endpoint.ts').TestEndpoint} TestEndpoint */

/**
 * @typedef {object} Run
 * @property {number} rows
 * @property {(row: number) => string} textOf
 * @property {number} [concurrency]
 * @property {number} [timeoutSeconds]
 */

/** @param {number} row */
export const idOf = (row) => `r${String(row)}`;

/** What is sent for a row: its mark, so that the ledger knows it, and its text. @param {Run} run @param {number} row */
export const promptOf = ({ textOf }, row) => `[[row:${idOf(row)}]] ${textOf(row)}`;

/** Fills the page in and presses Start. Gives back when it was pressed. @param {Page} page @param {string} site @param {TestEndpoint} endpoint @param {Run} run */
export async function startRun(page, site, endpoint, run) {
	// A page anew: one that a run has locked reaches no other endpoint.
	await page.goto('about:blank');
	await page.goto(`${site}#/new`);
	const rows = Array.from({ length: run.rows }, (_, i) => `${idOf(i)},"${run.textOf(i)}"`);
	await page.getByLabel('Data files').setInputFiles({
		name: 'rows.csv',
		mimeType: 'text/csv',
		buffer: Buffer.from(`id,text\n${rows.join('\n')}`),
	});
	await page.getByText(`× ${run.rows.toLocaleString('en')} rows`).waitFor();
	await page.getByRole('combobox', { name: 'ID column' }).selectOption('id');
	await page
		.getByRole('combobox', { name: 'Provider' })
		.selectOption({ label: 'OpenAI-compatible' });
	await page.getByRole('textbox', { name: 'Base URL' }).fill(endpoint.url);
	await page.getByLabel('API key', { exact: true }).fill('sk-real-0123456789abcdef');
	await page.getByLabel('Model', { exact: true }).fill('m');
	await page.getByRole('textbox', { name: 'User message' }).fill('[[row:{id}]] {text}');
	await set(page, 'Max concurrency', run.concurrency);
	await set(page, 'Timeout (seconds)', run.timeoutSeconds);
	const pressedAt = performance.now();
	await page.getByRole('button', { name: /^Start run/ }).click();
	await bar(page).waitFor();
	return pressedAt;
}

/** @param {Page} page @param {string} name @param {number | undefined} value */
async function set(page, name, value) {
	if (value !== undefined)
		await page.getByRole('spinbutton', { name, exact: true }).fill(String(value));
}

/** @param {Page} page */
export const bar = (page) => page.getByRole('progressbar', { name: 'Run progress' });

/**
 * Settles once every request has settled; rejects with what the page says where the run stops before.
 * @param {Page} page @param {number} rows @param {number} timeout
 */
export async function finished(page, rows, timeout) {
	await page.waitForFunction(
		(count) =>
			document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow') ===
				String(count) || document.querySelector('[role=alert]')?.textContent.trim(),
		rows,
		{ timeout, polling: 50 },
	);
	const settled = Number(await bar(page).getAttribute('aria-valuenow'));
	if (settled !== rows)
		throw new Error(
			`The run stopped at ${String(settled)}: ${await page.getByRole('alert').first().innerText()}`,
		);
}

/** The items of the results file. @param {Page} page @returns {Promise<import('#domain/result-item.ts').ResultItem[]>} */
export async function results(page) {
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('button', { name: 'Download JSONL', exact: true }).click(),
	]);
	const lines = readFileSync(await download.path(), 'utf8').split('\n');
	return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

/**
 * What the page's Summary says of attempts that were made again, by their cause.
 * @param {Page} page @returns {Promise<Map<string, number>>}
 */
export async function madeAgain(page) {
	await page.getByRole('tab', { name: /^Summary/ }).click();
	const rows = page.getByRole('table', { name: 'Made again' }).getByRole('row');
	const counts = await rows.evaluateAll((found) =>
		found.map((row) => ({
			cause: row.querySelector('th')?.textContent.trim() ?? '',
			count: Number(row.querySelector('.number')?.textContent.replace(/\D/g, '')),
		})),
	);
	return new Map(counts.map(({ cause, count }) => [cause, count]));
}

/**
 * Looks twice a second at what the page says limits the run. Gives back the shares of each so far, in %.
 * @param {Page} page
 */
export function watchReasons(page) {
	/** @type {Map<string, number>} */
	const seen = new Map();
	let looks = 0;
	const timer = setInterval(() => {
		page
			.locator('.reason')
			.textContent({ timeout: 400 })
			.then(
				(text) => {
					const words = text?.replace(/ until .*/, '') ?? '';
					seen.set(words, (seen.get(words) ?? 0) + 1);
					looks++;
				},
				() => undefined,
			);
	}, 500);
	return () => {
		clearInterval(timer);
		return [...seen]
			.map(([words, count]) => /** @type {const} */ ([words, (100 * count) / looks]))
			.sort(([, a], [, b]) => b - a);
	};
}

/** @type {string[]} */
const missed = [];
let met = 0;

/**
 * Prints a figure beside its goal, and remembers where it is missed.
 * @param {string} name @param {number} value @param {number} [most] The goal; left out: the figure is only told.
 */
export function figure(name, value, most) {
	const shown = Number.isInteger(value) ? String(value) : value.toFixed(3);
	const isMissed = most !== undefined && !(value <= most);
	if (isMissed) missed.push(name);
	else if (most !== undefined) met++;
	const goal =
		most === undefined ? '' : ` (goal: at most ${String(most)})${isMissed ? ' MISSED' : ''}`;
	console.log(`  ${name}: ${shown}${goal}`);
}

/** @param {string} title @param {unknown} error */
export function broken(title, error) {
	missed.push(title);
	console.log(`  BROKEN: ${error instanceof Error ? error.message : String(error)}`);
}

export function conclude() {
	writeReport('real', met, missed);
	console.log(missed.length === 0 ? 'ALL GOALS MET' : `GOALS MISSED: ${missed.join('; ')}`);
	process.exitCode = missed.length === 0 ? 0 : 1;
}
