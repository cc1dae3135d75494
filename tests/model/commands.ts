import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { emptyDraft } from '#domain/draft.ts';
import { countName, journalName } from '#storage/journal-folder.ts';
import { newline } from '#storage/journal-line.ts';
import { answers, type AnswerName } from './answers.ts';
import type { StoreFault } from './browser.ts';
import { dropDatabase } from './peek.ts';
import {
	look,
	pressDelete,
	pressKey,
	pressPause,
	pressRename,
	pressResume,
	pressRetry,
	pressRetryTruncated,
	pressStart,
	pressStop,
	pressTakeOver,
} from './press.ts';
import { checkRest } from './rest-rules.ts';
import type { RunBook, RunShape } from './run-book.ts';
import type { ModelTab } from './tab.ts';
import type { World } from './world.ts';

export type Command = fc.AsyncCommand<object, World>;

/** Null: the world comes to rest after the command; else so many turns of the loop, and the next one comes in between. */
type Turns = number | null;

const mostRuns = 3;
const mostTabs = 3;

/** One kind of command: what it draws, and what it does with that. What cannot be done in this world does nothing. */
function command<T extends object>(
	name: string,
	draws: fc.Arbitrary<T>,
	act: (world: World, drawn: T) => Promise<void> | void,
): fc.Arbitrary<Command> {
	return fc.tuple(draws, afterwards).map(([drawn, turns]) => ({
		check: () => true,
		run: async (_, world) => {
			await act(world, drawn);
			if (turns === null) await world.turns.rest();
			else await world.turns.take(turns);
			if (world.turns.isAtRest) checkRest(world);
			world.judge();
		},
		toString: () => `${name} ${JSON.stringify(drawn)}${turns === null ? '' : ` ~${String(turns)}`}`,
	}));
}

const afterwards: fc.Arbitrary<Turns> = fc.oneof(
	{ weight: 3, arbitrary: fc.constant(null) },
	{ weight: 1, arbitrary: fc.nat(40) },
);

const pick = fc.nat(5);
const which = { tab: pick, run: pick };
const nothing = fc.constant({});

/** A person without a tab opens one; a frozen one hears nobody. */
function tabOf(world: World, tab: number): ModelTab | null {
	if (world.tabs.length === 0) world.openTab();
	const awake = world.tabs.filter(({ link }) => !link.isFrozen);
	return awake[tab % Math.max(1, awake.length)] ?? null;
}

function press(
	name: string,
	act: (world: World, tab: ModelTab, run: RunBook) => void,
): fc.Arbitrary<Command> {
	return command(name, fc.record(which), (world, drawn) => {
		const tab = tabOf(world, drawn.tab);
		const runs = world.runs.filter(
			(run) => world.idOf(run) !== null && run.isListed && !run.isDeleted,
		);
		const run = runs[drawn.run % Math.max(1, runs.length)];
		if (tab !== null && run !== undefined) act(world, tab, run);
	});
}

const shape: fc.Arbitrary<RunShape> = fc.record({
	templates: fc.integer({ min: 1, max: 2 }),
	models: fc.integer({ min: 1, max: 2 }),
	choices: fc.integer({ min: 1, max: 2 }),
	maxRetries: fc.nat(2),
	cap: fc.constantFrom(1, 3, 100),
	usesData: fc.boolean(),
	needsKey: fc.boolean(),
	overHttp: fc.boolean(),
	perCall: fc.constantFrom(1, 1, 2, 3),
});

const start = command('start', fc.record({ tab: pick, shape }), async (world, drawn) => {
	const tab = tabOf(world, drawn.tab);
	if (tab !== null && world.runs.length < mostRuns) await pressStart(world, tab, drawn.shape);
});

const answer = command(
	'answer',
	fc.record({
		at: pick,
		count: fc.integer({ min: 1, max: 4 }),
		// Most answers are plain, or no run would get anywhere.
		name: fc.oneof(
			fc.constant<AnswerName>('plain'),
			fc.constantFrom(...(Object.keys(answers) as AnswerName[])),
		),
	}),
	(world, { at, count, name }) => {
		for (let i = 0; i < count && world.held.length > 0; i++)
			world.answer(at % world.held.length, name);
	},
);

const passTime = command(
	'pass',
	fc.record({ ms: fc.constantFrom(50, 1_000, 5_000, 30_000, 130_000) }),
	({ browser }, { ms }) => browser.clock.pass(ms),
);

const sleep = command(
	'sleep',
	fc.record({ ms: fc.constantFrom(4_000, 60_000) }),
	async (world, { ms }) => {
		world.browser.slept += ms;
		world.browser.wokeAt = world.browser.clock.now();
		await world.browser.clock.pass(6_000);
	},
);

const openTab = command('open a tab', nothing, (world) => {
	if (world.tabs.length < mostTabs) world.openTab();
});

const killTab = command('kill a tab', fc.record({ tab: pick }), (world, { tab }) => {
	const killed = world.tabs[tab % Math.max(1, world.tabs.length)];
	if (killed !== undefined) world.kill(killed);
});

const tearTail = command(
	'kill all, the last lines torn',
	fc.record({ left: fc.nat(60) }),
	(world, { left }) => {
		killAll(world);
		const { folder } = world.browser;
		for (const [name, { flushed, bytes }] of folder?.files ?? []) {
			if (!name.endsWith('.journal') || bytes.length <= flushed.length) continue;
			folder?.change(name, (all) => all.slice(0, flushed.length + left));
		}
		for (const run of world.runs) run.journalTorn = true;
	},
);

const powerCut = command('cut the power', nothing, (world) => {
	killAll(world);
	world.browser.folder?.powerCut();
	for (const run of world.runs) {
		run.journalTorn = true;
		// The count that would have told of the loss was not flushed.
		run.isDeleted ||= run.loss === 'untold';
	}
});

const freeze = command('freeze', fc.record({ tab: pick }), async (world, drawn) => {
	await world.turns.rest();
	checkRest(world);
	tabOf(world, drawn.tab)?.link.freeze();
});

const thaw = command('thaw', fc.record({ tab: pick }), (world, { tab }) => {
	const frozen = world.tabs.filter(({ link }) => link.isFrozen);
	frozen[tab % Math.max(1, frozen.length)]?.link.thaw();
});

/** Without files there is nothing but the epoch between a thawed tab and its successor, and no browser does this. */
const takeLocks = command('take the locks of a frozen tab', nothing, (world) => {
	const frozen = world.tabs.find(({ link }) => link.isFrozen);
	if (frozen === undefined || world.browser.folder === null) return;
	frozen.link.losesLocks();
	world.losesRuns(frozen);
});

const failOnce = command(
	'fail a write',
	fc.record({ fault: fc.constantFrom<StoreFault>('full', 'unknown', 'closed') }),
	(world, { fault }) => {
		world.browser.fault = fault;
		world.hasFailingStore = true;
	},
);

const fill = command(
	'fill the disk',
	fc.record({ files: fc.boolean(), store: fc.boolean() }),
	(world, { files, store }) => {
		const { browser } = world;
		if (browser.folder !== null && files) browser.folder.capacity = 0;
		browser.isStoreFull = store;
		world.hasFailingStore = true;
	},
);

const mend = command('mend the disk', nothing, (world) => {
	world.mend();
});

const wipe = command('lose the database', nothing, (world) => {
	killAll(world);
	world.browser.factory = new IDBFactory();
	world.hasLostData = true;
	for (const run of world.runs) {
		const journal = world.browser.folder?.files.get(journalName(run.id ?? ''));
		const hasJournal = journal?.bytes.includes(newline) === true;
		run.isWounded = true;
		for (const request of run.settled.keys()) run.missing.add(request);
		run.isDeleted ||= !hasJournal;
	}
});

const loseRun = command(
	'lose a run’s database',
	fc.record({ run: pick, journalToo: fc.boolean() }),
	(world, drawn) => {
		killAll(world);
		const run = world.runs[drawn.run % Math.max(1, world.runs.length)];
		const { folder, factory } = world.browser;
		if (run === undefined || world.idOf(run) === null || run.isDeleted) return;
		dropDatabase(factory, `volley-run-${run.id ?? ''}`);
		run.isWounded = true;
		for (const request of run.settled.keys()) run.missing.add(request);
		// A browser without files promises nothing once its database is gone.
		run.isDeleted ||= folder === null;
		if (folder === null || !drawn.journalToo) return;
		const journal = journalName(run.id ?? '');
		const stored = folder.files.get(journal);
		if (stored !== undefined) {
			stored.bytes = stored.bytes.slice(0, stored.bytes.indexOf(newline) + 1);
			stored.flushed = stored.bytes;
		}
		const isCounted = folder.files.has(countName(run.id ?? '')) && !run.journalTorn;
		// Without a count that was flushed nobody can know.
		run.isDeleted ||= run.settled.size > 0 && !isCounted;
		if (run.settled.size > 0) run.loss = 'untold';
		run.settled = new Map();
		run.reopened = new Set();
		run.mayReopen = false;
		run.missing.clear();
		run.acknowledged = 0;
		run.journalTorn = true;
		for (const send of run.sends) send.state = send.state === 'flying' ? 'flying' : 'aborted';
	},
);

const forgetOrChangeKey = command(
	'key',
	fc.record({ tab: pick, key: fc.constantFrom('', 'key-one', 'key-two') }),
	async (world, drawn) => {
		const tab = tabOf(world, drawn.tab);
		const run = world.runs.find(({ needsKey }) => needsKey);
		if (tab !== null && run !== undefined) await pressKey(tab, run, drawn.key);
	},
);

const edit = command('edit the draft', fc.record({ tab: pick }), async (world, drawn) => {
	const tab = tabOf(world, drawn.tab);
	if (tab === null) return;
	void tab.api.saveDraft({ ...emptyDraft, name: 'another' }).catch(() => undefined);
	await world.turns.take(3);
});

function killAll(world: World): void {
	for (const tab of [...world.tabs]) world.kill(tab);
}

const calamity = fc.oneof(
	killTab,
	killTab,
	killTab,
	tearTail,
	powerCut,
	takeLocks,
	takeLocks,
	failOnce,
	failOnce,
	fill,
	wipe,
	loseRun,
);

const doubt = fc.oneof(
	press('rename', (world, tab, run) => {
		pressRename(world, tab, run, 'renamed');
	}),
	press('delete', pressDelete),
	forgetOrChangeKey,
	edit,
);

/** Those that move a run on stand here more than once: what befalls it must find it in the middle. */
export const anyCommand: readonly fc.Arbitrary<Command>[] = [
	start,
	answer,
	answer,
	answer,
	answer,
	answer,
	passTime,
	passTime,
	press('pause', pressPause),
	press('resume', pressResume),
	press('resume', pressResume),
	press('resume', pressResume),
	press('stop', pressStop),
	press('retry failed', pressRetry),
	press('retry truncated', pressRetryTruncated),
	press('take over', pressTakeOver),
	press('look', look),
	openTab,
	sleep,
	fc.oneof(freeze, thaw, thaw),
	mend,
	calamity,
	calamity,
	doubt,
];

/** What every sequence begins with. */
export const firstRun: fc.Arbitrary<RunShape> = shape;
