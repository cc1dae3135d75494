import type { RequestReplay } from '#domain/request-code.ts';
import type { RunSetup } from '#domain/run.ts';
import { sharedSetups } from '#domain/shared-setup.ts';
import { catchCall } from '#openai/catch-call.ts';
import type { RunStore } from '#storage/run-store.ts';
import type { RunPlan } from './run-plan.ts';

/**
 * A request of a run under the revision it was sent under, or, while it waits, under the one in force: with its own
 * prompt, where others shared its call. Null where its row is not known.
 */
export async function replayRequest(
	setup: RunSetup,
	plan: RunPlan,
	store: RunStore,
	request: number,
): Promise<RequestReplay | null> {
	const [settled] = await store.readSettledMany([request]);
	const revision = settled === undefined ? plan.revision : (settled.revision ?? 0);
	const { connection, limits } = sharedSetups(setup)[plan.connection(request, revision)] ?? setup;
	const { place, prompt, modelArgs } = await plan.planned(request, revision);
	if (setup.datasetId !== null && place.rowIndex < 0) return null;
	const keyed = connection.provider !== 'demo' && connection.usesKey;
	const caught = await catchCall(connection, setup.endpoint, keyed, prompt, modelArgs);
	return (
		caught && {
			request: caught,
			provider: connection.provider,
			timeoutSeconds: limits.timeoutSeconds,
		}
	);
}
