import type { RunRefusal } from '#contract/engine-api.ts';
import type { Result } from '#domain/result.ts';
import type { RunBook, RunShape } from './run-book.ts';
import { raisedLimit } from './send-rules.ts';
import type { ModelTab } from './tab.ts';
import { heardOfLoss, originOfRun, type World } from './world.ts';

type Answered = Result<unknown, RunRefusal>;

/** A command whose answer must come, and as a value. */
async function asked(
	world: World,
	tab: ModelTab,
	what: string,
	answer: Promise<unknown>,
): Promise<unknown> {
	world.open.set(what, tab);
	try {
		const value = await answer;
		return tab.link.isCut ? null : value;
	} catch (cause) {
		// Some need a store, or the run that is being deleted, and say so by rejecting.
		const isGone = String(cause).includes('The run was deleted.');
		if (!world.hasFailingStore && !isGone) world.violated(`${what} was rejected: ${String(cause)}`);
		return null;
	} finally {
		world.open.delete(what);
	}
}

async function takeUp(
	world: World,
	run: RunBook,
	tab: ModelTab,
	what: string,
	answer: () => Promise<Answered>,
): Promise<void> {
	run.isQuiet = false;
	run.takers = [...run.takers, tab];
	// A person who resumes a run of which answers were lost takes the loss.
	if (run.loss === 'told') run.loss = 'none';
	await asked(world, tab, `${what} ${run.tag} in ${tab.name}`, answer());
	run.takers = run.takers.toSpliced(run.takers.indexOf(tab), 1);
}

async function quieten(
	world: World,
	run: RunBook,
	tab: ModelTab,
	what: string,
	answer: Promise<Answered>,
): Promise<void> {
	const isTakenUp = run.takers.some((other) => other !== tab && !other.link.isCut);
	const owner = run.session;
	const before = run.presses;
	const value = (await asked(
		world,
		tab,
		`${what} ${run.tag} in ${tab.name}`,
		answer,
	)) as Answered | null;
	// What another tab, or a later press, began meanwhile was not asked to be quiet.
	if (value?.ok !== true || isTakenUp || run.presses !== before) return;
	if (owner === null || owner.tab === tab) run.isQuiet = true;
}

export async function pressStart(world: World, tab: ModelTab, shape: RunShape): Promise<void> {
	const run = world.newBook(shape);
	if (run.needsKey && tab.key === '')
		await pressKey(tab, run, `key-of-${tab.name.replaceAll(' ', '-')}`);
	const setup = await world.setupOf(run, shape);
	void takeUp(world, run, tab, 'start', () => tab.api.startRun(setup)).then(() => {
		run.isListed = true;
	});
}

export function pressResume(world: World, tab: ModelTab, run: RunBook): void {
	run.presses++;
	void takeUp(world, run, tab, 'resume', () => tab.api.resumeRun(run.id ?? ''));
}

export function pressTakeOver(world: World, tab: ModelTab, run: RunBook): void {
	run.presses++;
	void takeUp(world, run, tab, 'take over', () => tab.api.takeOverRun(run.id ?? ''));
}

export function pressRetry(world: World, tab: ModelTab, run: RunBook): void {
	run.presses++;
	run.mayFree = true;
	for (const send of run.sends) if (send.hasFailed) send.state = 'aborted';
	void takeUp(world, run, tab, 'retry', () => tab.api.retryFailed(run.id ?? ''));
}

export function pressRetryTruncated(world: World, tab: ModelTab, run: RunBook): void {
	run.presses++;
	run.mayReopen = true;
	run.hasReopened = true;
	void takeUp(world, run, tab, 'retry truncated', () =>
		tab.api.retryTruncated(run.id ?? '', raisedLimit),
	);
}

export function pressPause(world: World, tab: ModelTab, run: RunBook): void {
	void quieten(world, run, tab, 'pause', tab.api.pauseRun(run.id ?? ''));
}

export function pressStop(world: World, tab: ModelTab, run: RunBook): void {
	void quieten(world, run, tab, 'stop', tab.api.stopRun(run.id ?? ''));
}

export function pressDelete(world: World, tab: ModelTab, run: RunBook): void {
	run.presses++;
	run.isDeleted = true;
	void asked(world, tab, `delete ${run.tag}`, tab.api.deleteRun(run.id ?? ''));
}

export function pressRename(world: World, tab: ModelTab, run: RunBook, name: string): void {
	void asked(world, tab, `rename ${run.tag}`, tab.api.renameRun(run.id ?? '', name));
}

/** Empty: the key is forgotten. */
export async function pressKey(tab: ModelTab, run: RunBook, key: string): Promise<void> {
	const origin = originOfRun(run, false);
	tab.keys.push(key);
	// It is forgotten at once; what the device remembers is looked at after, in turns of its own.
	if (key === '') tab.api.forgetKey(origin).catch(() => undefined);
	else await tab.api.holdKey(origin, key);
}

export function look(world: World, tab: ModelTab, run: RunBook): void {
	const what = `look at ${run.tag} in ${tab.name}`;
	const progress = tab.api.getProgress(run.id ?? '').then((shown) => {
		if (shown === null) return;
		heardOfLoss(run, shown.phase);
		run.acknowledged = Math.max(run.acknowledged, shown.counters.succeeded);
	});
	void asked(world, tab, what, progress);
	const query = { runId: run.id ?? '', show: 'all', search: '', offset: 0, limit: 100 } as const;
	void asked(world, tab, `${what}: results`, tab.api.readResults(query));
}
