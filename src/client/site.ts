import { isOurs, type SiteApi } from '#domain/kept-data.ts';
import { watchSite } from './site-updates.ts';

/** By which every tab hears that all is erased. */
const eraseChannel = 'volley-erase';

/** `endEngine` is called before anything is erased, here or from another tab. */
export function openSite(folder: URL, endEngine: () => void): SiteApi {
	const listeners = new Set<() => void>();
	// One that posts does not hear itself: the tab that erases knows.
	const channel = new BroadcastChannel(eraseChannel);
	channel.addEventListener('message', () => {
		endEngine();
		forgetTab();
		for (const listener of listeners) listener();
	});
	return {
		updates: watchSite(import.meta.env.PROD ? new URL('service-worker.js', folder) : null),
		onErased: (listener) => void listeners.add(listener),
		keptData: async () => (await import('./erase.ts')).keptData(),
		erase: async () => {
			const { eraseKept } = await import('./erase.ts');
			endEngine();
			channel.postMessage(null);
			return eraseKept(folder.href);
		},
	};
}

/** What lasts as long as a tab, the tab alone can delete. */
function forgetTab(): void {
	try {
		for (const key of Object.keys(sessionStorage).filter(isOurs)) sessionStorage.removeItem(key);
	} catch {
		// Where the browser keeps nothing, nothing is there.
	}
}
