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

// Inside another page, what is pressed may lie under something else. A host without headers cannot forbid it.
if (window.top !== window.self)
	target.textContent = 'Volley cannot be used inside another page. Open it in a tab of its own.';
else {
	const { api, end } = startEngine();
	mount(App, { target, props: { api, site: openSite(new URL('.', document.baseURI), end) } });
}
