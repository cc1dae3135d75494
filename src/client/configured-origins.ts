import type { EngineApi } from '#contract/engine-api.ts';
import { checkConnection } from '#domain/check-connection.ts';
import { originsOf } from '#domain/connection.ts';
import { sharedSetups } from '#domain/shared-setup.ts';

/** The worker, as far as it tells where requests may go. */
export type StoredConnections = Pick<EngineApi, 'loadDraft' | 'connections' | 'unfinishedSetups'>;

/** Where the draft, the saved connections and the runs that are not done, or could retry what failed, would send to. */
export async function configuredOrigins(stored: StoredConnections): Promise<readonly string[]> {
	const [draft, saved, unfinished] = await Promise.all([
		stored.loadDraft(),
		stored.connections(),
		stored.unfinishedSetups(),
	]);
	// A version that is none changes nothing of where a request goes.
	return originsOf([
		...(draft === null ? [] : [draft, ...(draft.shares ?? [])]).map((fields) =>
			checkConnection({ ...fields, apiVersion: '' }, []),
		),
		...saved.map(({ connection }) => connection),
		...unfinished.flatMap((setup) => sharedSetups(setup).map(({ connection }) => connection)),
	]);
}
