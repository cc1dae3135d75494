import { openedMessage, takeOverMessage, type SiteUpdates } from '#domain/app-version.ts';
import { trustedScript } from './trusted-types.ts';

/** How often a page that stays open asks whether there is a new version. */
const everyMs = 3_600_000;

/**
 * Keeps the site for later, so that it opens without network, and says when another version waits. Nothing of it is
 * needed: where the browser has no service worker, or refuses it, the page works as without. Null: there is no script, as
 * in development.
 */
export function watchSite(script: URL | null): SiteUpdates {
	const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
	let waiting: ServiceWorker | null = null;
	const listeners = new Set<() => void>();
	const found = (registration: ServiceWorkerRegistration): void => {
		const next = registration.waiting;
		// The first version of all waits for nobody.
		if (next === null || registration.active === null || next === waiting) return;
		waiting = next;
		for (const listener of listeners) listener();
	};
	const watch = (registration: ServiceWorkerRegistration): void => {
		const follow = (): void => {
			registration.installing?.addEventListener('statechange', () => {
				found(registration);
			});
		};
		registration.active?.postMessage(openedMessage);
		found(registration);
		// One may have begun before anybody listened.
		follow();
		registration.addEventListener('updatefound', follow);
		setInterval(() => {
			// Without network there is nothing new.
			registration.update().catch(() => undefined);
		}, everyMs);
	};
	if (script !== null)
		serviceWorker
			?.register(trustedScript(script.href))
			.then(watch)
			.catch(() => undefined);
	return {
		onReady: (listener) => {
			listeners.add(listener);
			if (waiting !== null) listener();
		},
		takeOver: () => {
			// Where another page has asked for it before, it waits no more.
			if (waiting?.state !== 'installed') {
				location.reload();
				return;
			}
			// Every page gets the new one at once; those that did not ask go on with their own files.
			serviceWorker?.addEventListener('controllerchange', () => {
				location.reload();
			});
			waiting.postMessage(takeOverMessage);
		},
	};
}
