import type { ScreenLock } from './wake-lock.svelte.ts';

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
