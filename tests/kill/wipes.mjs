// @ts-check
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bar, checkResults, exported, finished, namedTwice, resumed, settled } from './world.mjs';

/** A corruption can hit bytes that nobody reads. */
const triesAtMost = 6;

/**
 * Takes the database away between two starts, by turns whole and in part, and looks at what the journal gives back.
 * @param {import('./world.mjs').World} world
 * @param {number} wipes
 * @param {number} rows
 */
export async function wipeRuns(world, wipes, rows) {
	const { check, endpoint, profile, random } = world;
	const { ledger } = endpoint;
	const home = path.join(profile, 'Default/IndexedDB');
	let took = 0;
	let attached = 0;
	for (let turn = 0; turn < wipes; turn++) {
		const page = world.life.context.pages().at(-1) ?? world.life.page;
		const run = await world.startRun(page, rows);
		await pause(800 + random() * 1_500);
		const acknowledged = await settled(page);
		await world.kill();
		await ledger.ended(ledger.requests.length);
		const sent = ledger.requests.length;
		let again = await world.open();
		const untouched = await storedAlone(world, again, run.id);
		check(
			untouched !== null && untouched >= acknowledged,
			`loss ${String(turn)}: the database had ${String(untouched)} of ${String(acknowledged)} before it`,
		);
		/** What IndexedDB alone gives; null where there is no such database any more. */
		let alone = untouched;
		for (let left = triesAtMost; left > 0 && alone !== null && alone >= acknowledged; left--) {
			await world.kill();
			if (turn % 2 === 0) rmSync(home, { recursive: true, force: true });
			else flip(home, random);
			again = await world.open();
			alone = await storedAlone(world, again, run.id);
		}
		const isLost = alone === null || alone < acknowledged;
		check(isLost, `loss ${String(turn)} took no effect`);
		if (isLost) took++;
		await again.goto(run.url);
		await bar(again).waitFor();
		const found = await settled(again);
		check(
			found >= acknowledged,
			`loss ${String(turn)}: ${String(acknowledged)} settled, ${String(found)} found`,
		);
		const kept = await exported(again);
		check(
			kept.length === found,
			`loss ${String(turn)}: ${String(kept.length)} results, ${String(found)} counted`,
		);
		check(
			ledger.requests.length === sent,
			`loss ${String(turn)}: ${String(ledger.requests.length - sent)} sent without asking`,
		);
		const named = await namedTwice(again);
		if (await resumed(again, run, ledger.arrived(sent + 1))) attached++;
		await finished(again, rows);
		checkResults(world, run, await exported(again));
		const twice = ledger.requests.slice(sent).filter(({ seenBefore }) => seenBefore > 0).length;
		check(
			twice <= named,
			`loss ${String(turn)}: ${String(twice)} sent twice, ${String(named)} named`,
		);
	}
	console.log(
		`losses of IndexedDB that took effect: ${String(took)} of ${String(wipes)}; rows given again: ${String(attached)}`,
	);
}

/**
 * The records in the run's database, read by a page of the origin that is not the app, before the journal is asked.
 * @param {import('./world.mjs').World} world
 * @param {import('./world.mjs').Page} page
 * @param {string} runId
 * @returns {Promise<number | null>}
 */
async function storedAlone({ site }, page, runId) {
	await page.goto(`${site}favicon.svg`);
	return page.evaluate(async (/** @type {string} */ name) => {
		try {
			const known = await indexedDB.databases();
			if (!known.some((found) => found.name === name)) return null;
			/** @type {IDBDatabase} */
			const database = await new Promise((resolve, reject) => {
				const opening = indexedDB.open(name);
				opening.onsuccess = () => {
					resolve(opening.result);
				};
				opening.onerror = reject;
			});
			const counting = database.transaction('requests').objectStore('requests').count();
			return await new Promise((resolve) => {
				counting.onsuccess = () => {
					database.close();
					resolve(counting.result);
				};
				counting.onerror = () => {
					database.close();
					resolve(null);
				};
			});
		} catch {
			return null;
		}
	}, `volley-run-${runId}`);
}

/** Changes forty bytes in each file of the database. @param {string} home @param {() => number} random */
function flip(home, random) {
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
