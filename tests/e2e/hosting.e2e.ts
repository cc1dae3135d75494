import { chromium } from '@playwright/test';
import { browserFlags, findBrowser } from '../browser/find-browser.mjs';
import { expect, test } from './fixtures.ts';
import { staticHost } from './support/static-host.ts';

test('the built site works from any sub-path of a host that only knows files', async ({ app }) => {
	const host = await staticHost('dist', '/some/where/');
	await app.page.goto(host.url);
	await app.button('Use sample data').click();
	await expect(app.page.getByText('72 rows').first()).toBeVisible();
	await app.start();
	await app.finished();
	expect(await app.downloadJson()).toHaveLength(72);
	await host.close();
});

test('at an address that others on the way can read it says so, and takes no key', async () => {
	const host = await staticHost('dist');
	const executablePath = findBrowser();
	const browser = await chromium.launch({
		args: [...browserFlags, '--host-resolver-rules=MAP volley.test 127.0.0.1'],
		...(executablePath === null ? {} : { executablePath }),
	});
	const page = await browser.newPage();
	await page.goto(host.url.replace('127.0.0.1', 'volley.test'));
	await expect(page.getByText(/^Volley needs an https:\/\/ address/)).toBeVisible();
	await expect(page.getByRole('textbox')).toHaveCount(0);
	await browser.close();
	await host.close();
});
