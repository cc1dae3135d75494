import type { RunCounters } from '#domain/run.ts';
import type { ChoiceRecord, ReopenedRecord, RequestRecord } from '#storage/run-schema.ts';
import { hasDatabase, peek } from './peek.ts';
import { flying, isBeingTakenUp, isReopened, type RunBook } from './run-book.ts';
import type { World } from './world.ts';

/** What must be true whenever the world has come to rest. */
export function checkRest(world: World): void {
	world.obeyed();
	for (const run of world.runs) checkRun(world, run);
}

function checkRun(world: World, run: RunBook): void {
	const { factory } = world.browser;
	const id = world.idOf(run);
	const database = `volley-run-${id ?? ''}`;
	if (id === null || run.isDeleted || !hasDatabase(factory, database)) return;
	const violated = (what: string): void => {
		world.violated(`${run.tag}: ${what}`);
	};
	const requests = peek<RequestRecord>(factory, database, 'requests');
	const choices = peek<ChoiceRecord>(factory, database, 'choices');
	const [counters] = peek<RunCounters>(factory, database, 'counters');
	const reopened = new Set(
		peek<ReopenedRecord>(factory, database, 'reopened').map(({ request }) => request),
	);
	const settled = <T extends { readonly request: number }>(records: readonly T[]): readonly T[] =>
		records.filter(({ request }) => !reopened.has(request));
	const paid = run.hasReopened ? 'at least' : 'exactly';
	checkCounters(settled(requests), settled(choices), counters, paid, violated);

	const now = new Map<number, string>();
	for (const record of requests) {
		const own = choices.filter(({ request }) => request === record.request);
		const expected = record.outcome === 'succeeded' ? run.choices : 0;
		if (own.length !== expected)
			violated(`request ${String(record.request)} has ${String(own.length)} choices`);
		now.set(record.request, contentOf(run, record, own, violated));
		const isAloft = flying(run).some(({ request }) => request === record.request);
		if (isAloft && !reopened.has(record.request))
			violated(`request ${String(record.request)} is settled and in flight`);
	}
	// Retry failed may free what nobody has seen stored.
	if (run.mayFree)
		for (const send of run.sends)
			if (send.state === 'fails' && !now.has(send.request)) send.state = 'aborted';
	for (const [request, before] of run.settled) {
		const after = now.get(request);
		if (after === before) continue;
		const isFreed = run.mayFree && before.startsWith('failed');
		if (after === undefined && (isFreed || run.isWounded)) continue;
		if (after !== undefined && isFreed) continue;
		const isCutOff = run.sends.some(
			(send) => send.isCutOff && before === JSON.stringify(send.text),
		);
		if (after !== undefined && isCutOff && isReopened(run, request)) continue;
		violated(`request ${String(request)} was “${before}”, and then “${after ?? 'waiting'}”`);
	}
	const succeeded = requests.filter(({ outcome }) => outcome === 'succeeded').length;
	if (run.isWounded) return;
	if (succeeded < run.acknowledged)
		violated(`${String(succeeded)} have succeeded where ${String(run.acknowledged)} were shown`);
	run.restored += [...run.missing].filter((request) => now.has(request)).length;
	run.missing.clear();
	run.settled = now;
	run.reopened = reopened;
	if (isBeingTakenUp(run)) return;
	run.mayFree = false;
	run.mayReopen = false;
}

/** An answer must be one that the endpoint gave to this very request. */
function contentOf(
	run: RunBook,
	record: RequestRecord,
	choices: readonly ChoiceRecord[],
	violated: (what: string) => void,
): string {
	const { request } = record;
	if (record.outcome === 'failed') return `failed with ${record.failure.kind}`;
	const text = JSON.stringify(record.completion['id']);
	const send = run.sends.find(
		(one) => one.request === request && JSON.stringify(one.text) === text,
	);
	if (send === undefined)
		violated(`request ${String(request)} holds “${text}”, which it was never answered`);
	const { size = 1, position: place = 0 } = record.call ?? {};
	if (send !== undefined && (size !== send.call.size || place !== send.position))
		violated(`request ${String(request)} is known as ${String(place)} of ${String(size)}`);
	choices.forEach(({ choice, position }) => {
		if (choice['index'] !== place * run.choices + position)
			violated(`“${text}” has its choices mixed up`);
	});
	return text;
}

function checkCounters(
	requests: readonly RequestRecord[],
	choices: readonly ChoiceRecord[],
	counters: RunCounters | undefined,
	paid: 'exactly' | 'at least',
	violated: (what: string) => void,
): void {
	const failures: Record<string, number> = {};
	let [succeeded, failed, completionTokens, promptTokens] = [0, 0, 0, 0];
	for (const record of requests) {
		if (record.outcome === 'failed') {
			failed++;
			failures[record.failure.kind] = (failures[record.failure.kind] ?? 0) + 1;
			continue;
		}
		succeeded++;
		// That of a call is told with each of its answers, and counted once.
		if ((record.call?.position ?? 0) > 0) continue;
		const usage = record.completion['usage'] as Record<string, number>;
		promptTokens += usage['prompt_tokens'] ?? 0;
		completionTokens += usage['completion_tokens'] ?? 0;
	}
	const scanned = { succeeded, failed, failures, promptTokens, completionTokens };
	const expected = { ...scanned, choices: choices.length };
	const kept = {
		succeeded: counters?.succeeded ?? 0,
		failed: counters?.failed ?? 0,
		failures: counters?.failures ?? {},
		promptTokens: counters?.promptTokens ?? 0,
		completionTokens: counters?.completionTokens ?? 0,
		choices: counters?.choices ?? 0,
	};
	for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
		const isPaid = key === 'promptTokens' || key === 'completionTokens';
		if (isPaid && paid === 'at least' && kept[key] >= expected[key]) continue;
		if (JSON.stringify(sorted(kept[key])) !== JSON.stringify(sorted(expected[key])))
			violated(
				`the counters say ${key} ${JSON.stringify(kept[key])}, the records ${JSON.stringify(expected[key])}`,
			);
	}
}

const sorted = (value: unknown): unknown =>
	typeof value === 'object' && value !== null
		? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
		: value;
