import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

/**
 * The policy of the built page. A static host may send no headers, so it stands in the document; development is left
 * without it, because Vite's own client needs inline styles and a socket.
 */
const contentSecurityPolicy = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' data: blob:",
	"worker-src 'self'",
	"manifest-src 'self'",
	"connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
	"base-uri 'none'",
	"form-action 'none'",
].join('; ');

const policy = (): Plugin => ({
	name: 'volley-content-security-policy',
	apply: 'build',
	transformIndexHtml: () => [
		{
			tag: 'meta',
			attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
			injectTo: 'head-prepend',
		},
		{ tag: 'meta', attrs: { name: 'referrer', content: 'no-referrer' }, injectTo: 'head-prepend' },
	],
});

export default defineConfig({
	base: './',
	plugins: [svelte(), policy()],
	worker: {
		format: 'es',
		// So that its parts are told from the page's, whose size has a budget of its own.
		rolldownOptions: {
			checks: { bundlerTimings: false },
			output: { chunkFileNames: 'assets/worker-part-[name]-[hash].js' },
		},
	},
	build: {
		target: 'es2023',
		modulePreload: { polyfill: false },
		assetsInlineLimit: 0,
		// What the first paint needs is one file, whatever parts of the page share it: its size is budgeted as such.
		rolldownOptions: {
			// It names no fault, and stands between a newcomer and the address of the page.
			checks: { bundlerTimings: false },
			output: { codeSplitting: { groups: [{ name: 'index', tags: ['$initial'] }] } },
		},
	},
	server: { host: 'localhost' },
	preview: { host: 'localhost' },
});
