import type { Remembered, ScreenLock } from './wake-lock.svelte.ts';

/** The browser's own; null where there is none. */
export function screenLock(): ScreenLock | null {
	if (!('wakeLock' in navigator)) return null;
	return {
		request: async () => {
			const sentinel = await navigator.wakeLock.request('screen');
			return {
				release: () => sentinel.release(),
				onGone: (callBack) => {
					sentinel.addEventListener('release', callBack, { once: true });
				},
			};
		},
	};
}

/** A word under this name in the browser's local storage. Where that is switched off, it is forgotten with the page. */
export const remembered = (name: string): Remembered => ({
	read: () => {
		try {
			return localStorage.getItem(name);
		} catch {
			return null;
		}
	},
	write: (text) => {
		try {
			localStorage.setItem(name, text);
		} catch {
			// Nothing is kept here.
		}
	},
});
