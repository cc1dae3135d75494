import type { Host } from './host.ts';

const prefix = 'volley-dataset-';

/** The dataset that a lock's holder has open. */
export const datasetOfLock = (name: string): string[] =>
	name.startsWith(prefix) ? [name.slice(prefix.length).split('/')[0] ?? ''] : [];

/**
 * Tells the other tabs, by a lock that lasts as long as this one, which datasets it has open: what a person is composing
 * over must not be cleaned away by a tab that knows nothing of it.
 */
export function datasetHolder(host: Host): (datasetId: string) => Promise<void> {
	const tab = host.newId();
	const held = new Set<string>();
	return async (datasetId) => {
		if (held.has(datasetId)) return;
		held.add(datasetId);
		await host.lock(`${prefix}${datasetId}/${tab}`);
	};
}
