import type { FailedRow, FailureGroup } from '#contract/engine-api.ts';
import { CauseTally } from '#domain/failure-causes.ts';
import type { Failure, FailureKind } from '#domain/failure.ts';
import type { RunStore } from '#storage/run-store.ts';
import type { RunPlan } from './run-plan.ts';

/** Rows named for each kind of failure. */
const shownRows = 10;
/** So many failures are looked at; up to ten times as many while a kind was not met that is known to be among them. */
const mostLookedAt = 10_000;
const mostSearched = 10 * mostLookedAt;

interface Found {
	readonly example: Failure;
	readonly tally: CauseTally;
	readonly rows: FailedRow[];
	lookedAt: number;
}

/** The failures of a run by kind. Their numbers are those of the counters; what they say is that of the first in plan order. */
export async function failureGroups(
	store: Pick<RunStore, 'counters' | 'eachSettled'>,
	plan: RunPlan,
): Promise<readonly FailureGroup[]> {
	const counts = new Map(Object.entries(store.counters.failures)) as Map<FailureKind, number>;
	const found = new Map<FailureKind, Found>();
	let seen = 0;
	for await (const { request, outcome } of store.eachSettled({ outcome: 'failed' })) {
		if (outcome.ok) continue;
		const failure = outcome.error;
		const { kind } = failure;
		const isNew = !found.has(kind);
		if (++seen > mostLookedAt && !isNew) {
			if (seen > mostSearched || found.size >= counts.size) break;
			continue;
		}
		const group = found.get(kind) ?? emptyOf(failure);
		found.set(kind, group);
		group.tally.add(failure);
		group.lookedAt++;
		if (group.rows.length < shownRows) group.rows.push(await rowOf(plan, request));
	}
	// In the order of the counters, which no later failure changes, so that no group moves while a run goes.
	return [...new Set([...counts.keys(), ...found.keys()])].map((kind) => {
		const { example = null, tally, rows = [], lookedAt = 0 } = found.get(kind) ?? {};
		const { causes, others } = tally?.causes() ?? { causes: [], others: 0 };
		const count = Math.max(counts.get(kind) ?? 0, lookedAt);
		return { kind, count, lookedAt, example, causes, otherCauses: others, rows };
	});
}

const emptyOf = (example: Failure): Found => ({
	example,
	tally: new CauseTally(),
	rows: [],
	lookedAt: 0,
});

async function rowOf(plan: RunPlan, request: number): Promise<FailedRow> {
	const place = plan.place(request);
	return { request, id: plan.id(place, await plan.row(place)), place, model: plan.model(place) };
}
