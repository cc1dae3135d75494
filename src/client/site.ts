import { eraseChannel, type SiteApi } from '#domain/kept-data.ts';
import { watchSite } from './site-updates.ts';

/** `endEngine` is called before anything is erased, here or from another tab. */
export function openSite(folder: URL, endEngine: () => void): SiteApi {
	const listeners = new Set<() => void>();
	new BroadcastChannel(eraseChannel).addEventListener('message', () => {
		endEngine();
		for (const listener of listeners) listener();
	});
	return {
		updates: watchSite(import.meta.env.PROD ? new URL('service-worker.js', folder) : null),
		onErased: (listener) => void listeners.add(listener),
		keptData: async () => (await import('./erase.ts')).keptData(),
		erase: async () => {
			const { eraseKept } = await import('./erase.ts');
			endEngine();
			return eraseKept(folder.href);
		},
	};
}
