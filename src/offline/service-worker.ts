/// <reference lib="webworker" />
import { openedMessage, takeOverMessage } from '#domain/app-version.ts';
import { KeptSite, type BuiltSite } from './kept-site.ts';

declare const self: ServiceWorkerGlobalScope;
/** The build writes the list of what it made in its place. */
declare const __VOLLEY_SITE__: BuiltSite;

const site = new KeptSite(__VOLLEY_SITE__, {
	caches: self.caches,
	fetch: (request) => fetch(request),
	digest: (bytes) => crypto.subtle.digest('SHA-256', bytes),
	scope: self.registration.scope,
	isOtherComing: () => (self.registration.installing ?? self.registration.waiting) !== null,
});

// It waits until no page of an older version is open, or until somebody asks for the new one.
self.addEventListener('install', (event) => {
	event.waitUntil(site.install());
});

self.addEventListener('activate', (event) => {
	event.waitUntil(site.activate().then(() => self.clients.claim()));
});

self.addEventListener('message', (event) => {
	if (event.data === takeOverMessage) void self.skipWaiting();
	// A host that cannot be reached is asked again by the next page.
	if (event.data === openedMessage) event.waitUntil(site.keep().catch(() => undefined));
});

self.addEventListener('fetch', (event) => {
	const answer = site.answer(event.request);
	if (answer !== null) event.respondWith(answer);
});
