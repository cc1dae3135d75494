import { describe, expect, test } from 'vitest';
import { browsersHere, findBrowser, type Surroundings } from './find-browser.mjs';

const playwright = '/cache/ms-playwright/chromium/chrome';

const machine = (files: readonly string[], more: Partial<Surroundings> = {}): Surroundings => ({
	platform: 'linux',
	env: { PATH: '/usr/local/bin:/usr/bin' },
	playwrightChromium: () => playwright,
	isFile: (file) => files.includes(file),
	...more,
});

describe('the browser that tests run in', () => {
	test.each<[string, Surroundings, string | null]>([
		[
			'Playwright’s own comes before the system’s',
			machine(['/usr/bin/chromium', playwright]),
			playwright,
		],
		['the system’s Chromium is taken', machine(['/usr/bin/chromium']), '/usr/bin/chromium'],
		[
			'Chromium comes before Chrome, wherever on the PATH they are',
			machine(['/usr/local/bin/google-chrome', '/usr/bin/chromium']),
			'/usr/bin/chromium',
		],
		[
			'an earlier folder of the PATH comes first',
			machine(['/usr/bin/chromium', '/usr/local/bin/chromium']),
			'/usr/local/bin/chromium',
		],
		['a snap is found', machine(['/snap/bin/chromium'], { env: {} }), '/snap/bin/chromium'],
		[
			'on macOS it stands among the applications',
			machine(['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'], {
				platform: 'darwin',
				env: { HOME: '/Users/a' },
			}),
			'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
		],
		[
			'on Windows it stands among the programs',
			machine(['C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'], {
				platform: 'win32',
				env: { PROGRAMFILES: 'C:\\Program Files' },
			}),
			'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
		],
		['there may be none', machine([]), null],
	])('%s', (_sentence, surroundings, expected) => {
		expect(findBrowser(surroundings)).toBe(expected);
	});

	test('the one named in VOLLEY_BROWSER is the only one', () => {
		const env = { PATH: '/usr/bin', VOLLEY_BROWSER: '/opt/mine' };
		expect(browsersHere(machine(['/usr/bin/chromium', playwright, '/opt/mine'], { env }))).toEqual([
			'/opt/mine',
		]);
	});

	test('a name in VOLLEY_BROWSER that is no file is said, not passed over', () => {
		const env = { PATH: '/usr/bin', VOLLEY_BROWSER: '/opt/gone' };
		expect(() => findBrowser(machine(['/usr/bin/chromium'], { env }))).toThrow(
			'VOLLEY_BROWSER names /opt/gone',
		);
	});
});
