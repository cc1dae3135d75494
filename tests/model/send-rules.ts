import { journalName } from '#storage/journal-folder.ts';
import { decodeEntry, newline } from '#storage/journal-line.ts';
import type { ReopenedRecord } from '#storage/run-schema.ts';
import type { Browser } from './browser.ts';
import { peek } from './peek.ts';
import { isReopened, type RunBook, type Send } from './run-book.ts';
import type { ModelTab } from './tab.ts';
import type { World } from './world.ts';

/** With which Retry truncated asks again. */
export const raisedLimit = 64;

/** What must be true at the moment in which a request leaves. */
export function checkSend(
	world: World,
	run: RunBook,
	send: Send,
	tab: ModelTab,
	key: string,
): void {
	const { browser } = world;
	const { request, model, session } = send;
	const violated = (what: string): void => {
		world.violated(`${run.tag}: ${tab.name} sent request ${String(request)} ${what}`);
	};
	const id = world.idOf(run) ?? '';
	const lock = `volley-run-${id}`;
	if (session.isOver || session.tab !== tab) violated('of a run that it is not at');
	const token = tab.link.held.get(lock);
	if (token === undefined || browser.locks.get(lock) !== token) violated('without the lock');
	if (run.isQuiet) violated('after a pause or stop was obeyed');
	if (session.halted !== null) violated(`after the answer ${session.halted}`);
	if (session.missingModels.has(model)) violated('to a model that the endpoint does not have');
	if (run.loss === 'untold') violated('although answers were lost and nobody was told');
	// One that another key has taken the place of may still be sent; a forgotten one never.
	const forgotten = tab.keys.lastIndexOf('');
	const mayUse = tab.keys.slice(Math.max(session.keysBefore, forgotten + 1));
	if (run.needsKey ? !mayUse.includes(key) : key !== '') violated(`with the key “${key}”`);

	// Those of its own call leave with it.
	const aloft = run.sends.filter(
		(one) => one.state === 'flying' && one.session === session && one.call !== send.call,
	);
	const alone = aloft.filter((one) => session.settledModels.size === 0 || one.model === model);
	if (!session.settledModels.has(model) && alone.length > 0)
		violated('beside the first, of which nothing is known yet');
	const calls = new Set(aloft.map(({ call }) => call)).size;
	if (calls >= run.cap) violated(`as call ${String(calls + 1)} in flight`);

	const record = peek<{ request: number }>(browser.factory, `volley-run-${id}`, 'requests').some(
		(one) => one.request === request,
	);
	const isAskedAgain = peek<ReopenedRecord>(browser.factory, `volley-run-${id}`, 'reopened').some(
		(one) => one.request === request,
	);
	if (record && !isAskedAgain) violated('which is settled in the store');
	if (isAskedAgain) run.askedAgain++;
	if (isAskedAgain && send.maxTokens !== raisedLimit)
		violated(`again with the limit ${String(send.maxTokens)}`);
	if (run.settled.has(request) && !run.mayFree && !isReopened(run, request))
		violated('which was seen settled');
	checkEarlier(run, send, violated);
	if (!hasIntent(browser, id, request)) violated('without a word of it in the journal');
}

/** Whatever prompts share a call, it is no larger than was asked for, and they stand in plan order. */
export function checkCall(world: World, run: RunBook, requests: readonly number[]): void {
	const sorted = requests.toSorted((a, b) => a - b);
	const isOrdered = requests.every((request, i) => request === sorted[i]);
	if (requests.length > run.perCall || !isOrdered || new Set(requests).size < requests.length)
		world.violated(`${run.tag}: ${requests.join(', ')} left in one call`);
}

/** What came of the same request before must allow for another attempt. */
function checkEarlier(run: RunBook, send: Send, violated: (what: string) => void): void {
	for (const before of run.sends) {
		if (before.request !== send.request) continue;
		if (before.state === 'flying') violated('which is in flight already');
		// Retry failed freed it.
		if (before.state === 'fails' && run.mayFree) before.state = 'aborted';
		const mayAskAgain = before.isCutOff || before.state === 'fails';
		if (mayAskAgain && isReopened(run, before.request) && before.state !== 'lost')
			before.state = 'aborted';
		const isPaid = before.state === 'succeeds' || before.state === 'fails';
		// What another tab could not store is in that tab alone.
		const isKept = before.session.tab === send.session.tab && !before.session.isStolen;
		if (isPaid && isKept) violated('which was answered for good');
		if (before.state !== 'lost') continue;
		before.state = 'aborted';
		run.resent++;
	}
}

/** The last line about the request says that it is about to leave. */
function hasIntent({ folder }: Browser, id: string, request: number): boolean {
	if (folder === null) return true;
	const bytes = folder.files.get(journalName(id))?.bytes ?? new Uint8Array();
	let isOpen = false;
	for (let at = 0; at < bytes.length;) {
		const end = bytes.indexOf(newline, at);
		if (end === -1) break;
		const entry = decodeEntry(bytes.subarray(at, end));
		at = end + 1;
		if (entry?.kind === 'sent' && entry.request === request) isOpen = true;
		if (entry?.kind === 'back' && entry.request === request) isOpen = false;
		if (entry?.kind === 'settled' && entry.settled.request === request) isOpen = false;
	}
	return isOpen;
}
