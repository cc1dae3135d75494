// @ts-check
import { bar, checkResults, exported, finished, namedTwice, settled } from './world.mjs';

/**
 * Three tabs on one run: its owner is killed, the next one is frozen and thawed.
 * @param {import('./world.mjs').World} world
 * @param {number} rows
 */
export async function threeTabs(world, rows) {
	const { check, endpoint } = world;
	const { ledger } = endpoint;
	const { context } = world.life;
	const first = context.pages().at(-1) ?? world.life.page;
	const run = await world.startRun(first, rows);
	// A fast machine would be through with the run before anybody has looked who is at it.
	endpoint.hold();
	const inRun = ledger.requests.length;
	const second = await context.newPage();
	const third = await context.newPage();
	for (const page of [second, third]) {
		await page.goto(run.url);
		await page.getByText('This run is going in another tab').waitFor();
	}
	check((await owners(third, run.id)) === 1, 'not one owner while three tabs look on');

	const session = await context.newCDPSession(first);
	const crashed = first.waitForEvent('crash');
	session.send('Page.crash').catch(() => undefined);
	await crashed;
	const resumes = [second, third].map((page) =>
		page.getByRole('button', { name: 'Resume', exact: true }).first(),
	);
	await Promise.all(resumes.map((button) => button.waitFor()));
	await ledger.ended(ledger.requests.length);
	const afterCrash = ledger.requests.length;
	const resumedAt = performance.now();
	// Both persons press at once: one of them gets it.
	await Promise.all(resumes.map((button) => button.click().catch(() => undefined)));
	await ledger.arrived(afterCrash + 1);
	const handOver = Math.round(performance.now() - resumedAt);
	world.checkTime('the hand-over after a crash', handOver, 2_000);
	check((await owners(third, run.id)) === 1, 'not one owner after the crash');
	const owner = await Promise.any(
		[second, third].map(async (page) => {
			await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
			return page;
		}),
	);
	const other = owner === second ? third : second;
	await other.getByText('This run is going in another tab').waitFor();
	const named = await namedTwice(owner);

	// What is in flight while it is frozen is answered only after it was thawed.
	endpoint.letThrough(8);
	await ledger.arrived(ledger.requests.length + 1 - (ledger.inFlight > 0 ? 1 : 0));
	const frozen = await context.newCDPSession(owner);
	await frozen.send('Page.setWebLifecycleState', { state: 'frozen' });
	const beforeTake = ledger.requests.length;
	const takenAt = performance.now();
	await other.getByRole('button', { name: 'Resume here' }).click();
	await ledger.arrived(beforeTake + 1);
	const taken = Math.round(performance.now() - takenAt);
	await other.getByRole('button', { name: 'Pause', exact: true }).waitFor();
	world.checkTime('taking the run from a frozen tab', taken, 2_000);
	check((await owners(other, run.id)) === 1, 'not one owner beside the frozen tab');
	// The page in front is told by events, at most ten a second.
	await other
		.getByText(/Up to \d+ requests? /i)
		.first()
		.waitFor();
	const total = await namedTwice(other);
	endpoint.release();
	await ledger.arrived(beforeTake + Math.min(30, rows));
	await frozen.send('Page.setWebLifecycleState', { state: 'active' });
	await owner.getByText('This run is going in another tab').waitFor();
	await finished(other, rows);
	const sent = ledger.requests.length - inRun;
	// `inRun` was taken while the first requests were leaving already.
	const twice = ledger.requests.slice(inRun).filter(({ seenBefore }) => seenBefore > 0).length;
	check(twice <= total, `${String(twice)} sent twice in three tabs, ${String(total)} named`);
	check(sent <= rows + twice, `${String(sent)} requests left for ${String(rows)} rows`);
	checkResults(world, run, await exported(other));
	await owner.bringToFront();
	await finished(owner, rows);
	check((await settled(owner)) === rows, 'the thawed tab shows other counts');
	console.log(
		`three tabs: taken up ${String(handOver)} ms after Resume when the owner was killed, ${String(taken)} ms from a frozen one; sent twice ${String(twice)}, named ${String(named)} and then ${String(total)}`,
	);
	for (const page of [first, second]) await page.close().catch(() => undefined);
}

/** Tabs that hold the run's lock. @param {import('./world.mjs').Page} page @param {string} id */
async function owners(page, id) {
	await bar(page).waitFor();
	return page.evaluate(async (name) => {
		const { held } = await navigator.locks.query();
		return (held ?? []).filter((lock) => lock.name === name).length;
	}, `volley-run-${id}`);
}
