/**
 * What the built page may do, in one place: the document carries it, and so does every response of a host that sends
 * headers (`_headers`, `vite preview`). Development is left without it, because Vite's own client needs inline styles.
 * docs/trust.md says what it covers and what it does not; docs/decisions/0024 says why it is so.
 */
const directives: readonly string[] = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' data: blob:",
	// 'self' is for the service worker. What is loaded from the network as a worker has a policy of its own, or none, so Trusted
	// Types let nothing else be started from there.
	"worker-src 'self' blob:",
	"manifest-src 'self'",
	// Where a person's endpoint may be; the page narrows it to their own before the first request leaves.
	"connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
	"base-uri 'none'",
	"form-action 'none'",
	"require-trusted-types-for 'script'",
	'trusted-types svelte-trusted-html volley-worker',
];

/** As a document carries it: `frame-ancestors` is heeded in a header alone. */
export const documentPolicy = directives.join('; ');

export const siteHeaders: Readonly<Record<string, string>> = {
	'Content-Security-Policy': [...directives, "frame-ancestors 'none'"].join('; '),
	'Referrer-Policy': 'no-referrer',
	'X-Content-Type-Options': 'nosniff',
	'Cross-Origin-Opener-Policy': 'same-origin',
	// Used: the clipboard, to copy, and the screen's wake lock, where it is asked for.
	'Permissions-Policy': [
		'camera',
		'display-capture',
		'geolocation',
		'microphone',
		'payment',
		'publickey-credentials-get',
		'serial',
		'usb',
	]
		.map((feature) => `${feature}=()`)
		.join(', '),
};

/** The file that static hosts such as Netlify and Cloudflare Pages read. */
export const headersFile = `/*\n${Object.entries(siteHeaders)
	.map(([name, value]) => `  ${name}: ${value}\n`)
	.join('')}`;
