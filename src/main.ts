import './ui/styles/tokens.css';
import './ui/styles/base.css';
import { mount } from 'svelte';
import { startEngine } from '#client/engine-client.ts';
import { openSite } from '#client/site.ts';
import { withoutWebRtc } from '#client/without-webrtc.ts';
import App from '#ui/App.svelte';

const target = document.getElementById('app');
if (target === null) throw new Error('The page has no place for the app.');

withoutWebRtc(window);

const refusal = refusalHere();
if (refusal !== null) {
	target.textContent = refusal;
	target.className = 'refusal';
} else {
	const { api, end } = startEngine();
	mount(App, { target, props: { api, site: openSite(new URL('.', document.baseURI), end) } });
}

/** Why the page cannot be used where it is; null: it can. */
function refusalHere(): string | null {
	// What is pressed may lie under something else. A host without headers cannot forbid it.
	if (window.top !== window.self)
		return 'Volley cannot be used inside another page. Open it in a tab of its own.';
	// There browsers have neither locks, without which two tabs would pay for the same requests, nor cryptography, and whoever is
	// on the way reads the key.
	if (!window.isSecureContext)
		return 'Volley needs an https:// address (or http://localhost). At this one a key could be read on its way.';
	return null;
}
