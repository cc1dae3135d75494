import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures.ts';

async function eraseEverything(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Erase everything…' }).click();
	await page.getByRole('button', { name: 'Erase everything', exact: true }).click();
}

test('where the browser does not list its databases, they are deleted by name, and the rest is not claimed', async ({
	app,
}) => {
	const { page } = app;
	// As Firefox before 126.
	await page.addInitScript(() => {
		Object.defineProperty(IDBFactory.prototype, 'databases', { value: undefined });
	});
	await page.goto('/');
	await app.button('Use sample data').click();
	await expect(page.getByText('72 requests', { exact: true })).toBeVisible();
	await page.getByRole('link', { name: 'Privacy' }).click();
	await expect(page.getByRole('row', { name: /^Databases/ })).toHaveText(/unknown$/);
	await eraseEverything(page);
	await expect(page.getByRole('main').getByRole('status')).toContainText(
		'All that is known of is deleted. Whether more is left could not be seen: this browser does not show the databases.',
	);
	await expect(page.getByText('Everything is erased.')).toBeHidden();
	await expectAccessible(page);

	const other = await page.context().newPage();
	await other.goto('/robots.txt');
	expect(await other.evaluate(() => indexedDB.databases())).toEqual([]);
});

test('says in words that erasing itself could not be loaded', async ({ app }) => {
	const { page } = app;
	await page.route('**/assets/erase-*.js', (route) => route.abort());
	await page.goto('/#/privacy');
	await expect(page.getByRole('row', { name: /^Databases/ })).toHaveText(/unknown$/);
	await eraseEverything(page);
	await expect(page.getByText(/^Nothing is erased: /)).toBeVisible();
	await expect(app.button('Erase everything…')).toBeEnabled();
});
