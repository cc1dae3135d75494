import { pressKey } from './press.ts';
import { checkRest } from './rest-rules.ts';
import type { RunBook } from './run-book.ts';
import type { ModelTab } from './tab.ts';
import { heardOfLoss, type World } from './world.ts';

const rounds = 60;

/** Mends everything and answers everything: then every run must come to its end, whatever it went through. */
export async function finish(world: World): Promise<void> {
	world.mend();
	for (const { link } of world.tabs) link.thaw();
	await settle(world);
	const tab = world.openTab();
	await untilLocksAreRefused(world);
	for (const run of world.runs) {
		if (world.idOf(run) === null || run.isDeleted) continue;
		await complete(world, run, tab);
	}
	await untilLocksAreRefused(world);
	for (const [call, { link }] of world.open)
		if (!link.isCut) world.violated(`no answer came to: ${call}`);
	world.judge();
}

/** Whoever wants a run that another tab is at looks again for a second before it takes no for an answer. */
async function untilLocksAreRefused(world: World): Promise<void> {
	await world.browser.clock.pass(1_500);
	await settle(world);
}

async function settle(world: World): Promise<void> {
	await world.turns.rest();
	checkRest(world);
	world.judge();
}

/** What a person would do: resume, and again where the page asks for it, in the tab that is at it or in a new one. */
async function complete(world: World, run: RunBook, tab: ModelTab): Promise<void> {
	const id = run.id ?? '';
	if (run.needsKey)
		for (const one of world.tabs) await pressKey(one, run, one.key === '' ? 'last-key' : one.key);
	let said = 'nothing';
	for (let round = 0; round < rounds; round++) {
		const owner = run.session?.tab ?? tab;
		const progress = await world.turns.outcome(owner.api.getProgress(id), `look at ${run.tag}`);
		// To open it is to put journal and store together.
		run.isWounded = false;
		await settle(world);
		if (progress === null) {
			world.violated(`${run.tag} is gone`);
			return;
		}
		heardOfLoss(run, progress.phase);
		if (progress.phase.name === 'finished') {
			await checkFinished(world, run, owner);
			return;
		}
		run.isQuiet = false;
		if (run.loss === 'told') run.loss = 'none';
		// What is in flight of a run that is pausing has to come back first.
		const resuming = owner.api.resumeRun(id);
		await world.turns.rest();
		while (world.held.length > 0) {
			world.answer(0, 'plain');
			await settle(world);
		}
		const resumed = await world.turns.outcome(resuming, `resume ${run.tag}`);
		said = resumed.ok ? progress.phase.name : resumed.error.kind;
		// The rows went with the database, which the page says: the answers stay to be read.
		if (said === 'dataMissing' && run.usesData && world.hasLostData) return;
		await world.browser.clock.pass(round < 5 ? 1_000 : 61_000);
		await settle(world);
	}
	world.violated(`${run.tag} cannot be brought to its end: ${said}`);
}

async function checkFinished(world: World, run: RunBook, tab: ModelTab): Promise<void> {
	const violated = (what: string): void => {
		world.violated(`${run.tag}: ${what}`);
	};
	const query = { runId: run.id ?? '', show: 'all', search: '', offset: 0, limit: 100 } as const;
	const reading = Promise.all([tab.api.getProgress(run.id ?? ''), tab.api.readResults(query)]);
	const [progress, results] = await world.turns.outcome(reading, `read ${run.tag}`);
	await settle(world);
	if (progress === null) return;
	const { counters, inFlight, possiblyPaidTwice, unsaved, journal } = progress;
	if (counters.succeeded + counters.failed !== run.planned || counters.planned !== run.planned)
		violated(`finished with ${String(run.settled.size)} of ${String(run.planned)}`);
	if (run.settled.size !== run.planned) violated('finished without all of its records');
	if (inFlight !== 0 || unsaved !== 0) violated('finished with something left');
	if (results.total < run.planned) violated(`shows ${String(results.total)} results`);
	const places = results.rows.map((row) => JSON.stringify([row.request, row.choice]));
	if (new Set(places).size !== places.length) violated('shows a result twice');
	if (journal === 'on' && !run.journalTorn && possiblyPaidTwice !== null) {
		if (possiblyPaidTwice < run.resent)
			violated(`names ${String(possiblyPaidTwice)} paid twice of ${String(run.resent)}`);
		// A journal that was full may lack the word that a request came back.
		if (!world.hasFailingStore && possiblyPaidTwice > run.casualties)
			violated(
				`names ${String(possiblyPaidTwice)} paid twice of at most ${String(run.casualties)}`,
			);
	}
}
