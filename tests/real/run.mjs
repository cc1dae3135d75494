// @ts-check
// The figures that only a real browser gives, at an endpoint over HTTP/2: npm run test:real [-- --short] [-- --only limit]
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, createServer, preview } from 'vite';
import { browserFlags, findBrowser } from '../browser/find-browser.mjs';
import { hiddenLimit } from './hidden-limit.mjs';
import { mixedFaults } from './mixed-faults.mjs';
import { broken, conclude } from './page.mjs';
import { refusedMidway } from './refused-midway.mjs';

/**
 * What a measurement is given.
 * @typedef {object} World
 * @property {import('@playwright/test').Page} page
 * @property {string} site
 * @property {(options: import('../endpoint/test-endpoint.ts').TestEndpointOptions) => Promise<import('../endpoint/test-endpoint.ts').TestEndpoint>} open
 * @property {(file: string) => Promise<unknown>} load A module of tests/.
 * @property {boolean} isShort
 */

const { values } = parseArgs({
	options: {
		short: { type: 'boolean', default: false },
		only: { type: 'string' },
		// The site was built just before.
		built: { type: 'boolean', default: false },
	},
});
/** @type {readonly (readonly [string, (world: World) => Promise<void>])[]} */
const measurements = [
	['refused', refusedMidway],
	['faults', mixedFaults],
	['limit', hiddenLimit],
];

if (!values.built) await build({ logLevel: 'warn' });
const server = await preview({ preview: { port: 4193, host: '127.0.0.1' }, logLevel: 'warn' });
const site = server.resolvedUrls?.local[0] ?? '';
const modules = await createServer({
	server: { middlewareMode: true, hmr: false, ws: false },
	appType: 'custom',
	logLevel: 'warn',
});
/** @param {string} file */
const load = (file) => modules.ssrLoadModule(`/tests/${file}`);
const { createTestEndpoint } = /** @type {typeof import('../endpoint/test-endpoint.ts')} */ (
	await load('endpoint/test-endpoint.ts')
);
const executablePath = findBrowser();
const browser = await chromium.launch({
	args: browserFlags,
	...(executablePath === null ? {} : { executablePath }),
});

try {
	for (const [name, measure] of measurements) {
		if (values.only !== undefined && values.only !== name) continue;
		/** @type {import('../endpoint/test-endpoint.ts').TestEndpoint[]} */
		const endpoints = [];
		// The endpoint's certificate vouches for itself, which only a test may accept.
		const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' });
		try {
			await measure({
				page: await context.newPage(),
				site,
				open: async (options) => {
					const endpoint = await createTestEndpoint(options);
					endpoints.push(endpoint);
					return endpoint;
				},
				load,
				isShort: values.short,
			});
		} catch (error) {
			broken(name, error);
		} finally {
			await context.close();
			for (const endpoint of endpoints) await endpoint.close();
		}
	}
} finally {
	await browser.close();
	await modules.close();
	await server.close();
}
conclude();
