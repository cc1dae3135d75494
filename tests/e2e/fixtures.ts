import { test as base } from '@playwright/test';
import { createTestEndpoint, type TestEndpoint } from '../endpoint/test-endpoint.ts';
import { App } from './support/app.ts';

interface Fixtures {
	/** A local endpoint of the test's own, at `endpoint.url`. */
	readonly endpoint: TestEndpoint;
	readonly app: App;
	/** What the browser asked other hosts for than the page's own; filled by itself, checked by the test. */
	readonly requestedElsewhere: string[];
}

export const test = base.extend<Fixtures>({
	// Playwright reads from the first parameter which fixtures are wanted: here none.
	// eslint-disable-next-line no-empty-pattern
	endpoint: async ({}, use) => {
		const endpoint = await createTestEndpoint();
		await use(endpoint);
		await endpoint.close();
	},
	app: async ({ page }, use) => {
		await use(new App(page));
	},
	requestedElsewhere: async ({ context, baseURL }, use) => {
		const urls: string[] = [];
		const own = new URL(baseURL ?? '').origin;
		context.on('request', (request) => {
			const { origin, protocol } = new URL(request.url());
			if (protocol.startsWith('http') && origin !== own) urls.push(request.url());
		});
		await use(urls);
	},
});

export { expect } from '@playwright/test';
export { expectAccessible } from './support/accessible.ts';
