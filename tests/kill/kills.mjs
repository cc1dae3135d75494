// @ts-check
import { setTimeout as pause } from 'node:timers/promises';
import {
	bar,
	checkResults,
	exported,
	finished,
	inTime,
	namedTwice,
	readyAfter,
	resumeButton,
	resumed,
	settled,
} from './world.mjs';

const ways = ['kill', 'renderer', 'kill', 'close', 'kill', 'kill', 'reload', 'kill'];
/** What a browser has in flight at most to one host over HTTP/1.1. */
const connections = 6;
/** From here on a run is let come to its end, and the next one begins. */
const nearlyDone = 0.8;

/**
 * Breaks runs off at random moments, goes on with each, and looks at every result when it is done.
 * @param {import('./world.mjs').World} world
 * @param {number} kills
 * @param {number} rows
 */
export async function killRuns(world, kills, rows) {
	const { endpoint, check, random } = world;
	const { ledger } = endpoint;
	const figures = { resent: 0, mostResent: 0, mostNamed: 0, mostSettled: 0 };
	/** @type {number[]} */
	const opened = [];
	/** @type {number[]} */
	const started = [];
	const resentSoFar = () => ledger.requests.filter(({ seenBefore }) => seenBefore > 0).length;

	let { page } = world.life;
	let run = await world.startRun(page, rows);
	/** What the page has named in all since this run began. */
	let named = 0;
	/** Kills by which the browser lost its whole database, rows and all. */
	let lost = 0;
	for (let turn = 0; turn < kills; turn++) {
		// Every third comes while the run is only just being taken up.
		await pause(turn % 3 === 2 ? random() * 150 : 100 + random() * 1_400);
		const acknowledged = await settled(page);
		const before = resentSoFar();
		page = await broken(world, ways[turn % ways.length] ?? 'kill', run.url);
		await bar(page).waitFor();
		const found = await settled(page);
		check(
			found >= acknowledged,
			`kill ${String(turn)}: ${String(acknowledged)} settled, ${String(found)} found`,
		);
		figures.mostSettled = Math.max(figures.mostSettled, found);
		if (found < rows) {
			await resumeButton(page).waitFor();
			const ready = await readyAfter(page);
			// Nothing leaves any more; what was on its way has come to its end at the endpoint.
			await inTime(ledger.ended(ledger.requests.length), `kill ${String(turn)}: the ends`);
			const total = await namedTwice(page);
			const arrived = ledger.requests.length;
			const pressedAt = performance.now();
			const first = ledger.arrived(arrived + 1);
			const isLost = await resumed(page, run, first);
			await inTime(first, `kill ${String(turn)}: the first after Resume`);
			// A person who has to look for a file takes longer than any goal.
			if (isLost) lost++;
			else {
				opened.push(ready);
				started.push(performance.now() - pressedAt);
			}
			const more = Math.min(60, rows - found);
			await inTime(ledger.arrived(arrived + more), `kill ${String(turn)}: those after Resume`);
			const resent = resentSoFar() - before;
			figures.resent += resent;
			figures.mostResent = Math.max(figures.mostResent, resent);
			figures.mostNamed = Math.max(figures.mostNamed, total - named);
			check(
				resent <= total - named,
				`kill ${String(turn)}: ${String(resent)} sent twice, ${String(total - named)} named`,
			);
			check(total - named <= connections, `kill ${String(turn)}: ${String(total - named)} named`);
			named = total;
		}
		if ((turn + 1) % 10 === 0)
			console.log(`${String(turn + 1)} kills, ${String(figures.resent)} sent twice so far`);
		if (found < rows * nearlyDone && turn < kills - 1) continue;
		await finished(page, rows);
		checkResults(world, run, await exported(page));
		if (turn === kills - 1) break;
		run = await world.startRun(page, rows);
		named = 0;
	}
	console.log(
		`kills: ${String(kills)}, in runs of ${String(rows)} rows; databases lost by them: ${String(lost)}`,
	);
	console.log(
		`sent twice: ${String(figures.resent)} in all, ${String(figures.mostResent)} after one kill at most (the page named up to ${String(figures.mostNamed)})`,
	);
	console.log(
		`from the page's first moment until Resume can be pressed, up to ${String(figures.mostSettled)} rows settled: ${spread(opened)}; from Resume to the first request: ${spread(started)}`,
	);
	const slowest = Math.max(...opened.map((ms, i) => ms + (started[i] ?? 0)));
	world.checkTime('opening and resuming', slowest, 2_000);
}

/** @param {readonly number[]} times */
export function spread(times) {
	const sorted = [...times].sort((a, b) => a - b);
	const at = (/** @type {number} */ share) =>
		Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
	return `median ${String(at(0.5))} ms, longest ${String(at(1))} ms`;
}

/**
 * Breaks the run off; gives back the page in which it is open again.
 * @param {import('./world.mjs').World} world
 * @param {string} way
 * @param {string} url
 */
async function broken(world, way, url) {
	const { context, page } = world.life;
	const front = context.pages().at(-1) ?? page;
	if (way === 'reload') {
		await front.reload();
		return front;
	}
	if (way === 'kill') {
		await world.kill();
		const next = await world.open();
		await next.goto(url);
		return next;
	}
	const next = await context.newPage();
	if (way === 'renderer') {
		const session = await context.newCDPSession(front);
		const crashed = front.waitForEvent('crash');
		session.send('Page.crash').catch(() => undefined);
		await crashed;
	}
	await front.close({ runBeforeUnload: false }).catch(() => undefined);
	await next.goto(url);
	return next;
}
