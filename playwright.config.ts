import { defineConfig } from '@playwright/test';
import { browserFlags, findBrowser } from './tests/browser/find-browser.mjs';

const isCi = process.env['CI'] !== undefined;
// Another port lets two checkouts be tested side by side.
const address = { host: '127.0.0.1', port: Number(process.env['VOLLEY_TEST_PORT'] ?? 4183) };
const url = `http://${address.host}:${String(address.port)}/`;
const executablePath = findBrowser();

const viewport = { width: 1280, height: 800 };
const longest = '**/whole-job.e2e.ts';

export default defineConfig({
	testDir: 'tests/e2e',
	testMatch: '**/*.e2e.ts',
	outputDir: 'test-results',
	fullyParallel: true,
	forbidOnly: isCi,
	workers: 2,
	// A test that passes at the second try is a fault of the code.
	retries: 0,
	timeout: 120_000,
	expect: { timeout: 30_000 },
	reporter: [['list'], ['json', { outputFile: '.cache/tests/browser.json' }]],
	use: {
		// Each test begins with the files of the site as they are; what keeps them has tests of its own.
		serviceWorkers: 'block',
		baseURL: url,
		locale: 'en-GB',
		timezoneId: 'UTC',
		contextOptions: { reducedMotion: 'reduce' },
		// A trace of every test takes a fifth of the time of all: `npx playwright test --trace on` where one is wanted.
		screenshot: 'only-on-failure',
		launchOptions: {
			args: browserFlags,
			...(executablePath === null ? {} : { executablePath }),
		},
	},
	projects: [
		// The longest one first: as the last it would leave the other worker without work.
		{ name: 'long', testMatch: longest, use: { viewport } },
		{ name: 'chromium', testIgnore: longest, use: { viewport } },
	],
	webServer: {
		command: `npx vite preview --host ${address.host} --port ${String(address.port)} --strictPort`,
		url,
		// A server that answers there already may serve an older build.
		reuseExistingServer: false,
		timeout: 60_000,
	},
});
