import type { Page } from '@playwright/test';

/** How many runs have a database of their own in this browser. */
export const runDatabases = (page: Page): Promise<number> =>
	page.evaluate(
		async () =>
			(await indexedDB.databases()).filter(({ name }) => name?.startsWith('volley-run-')).length,
	);

/**
 * From here on time stands still in every tab, until `page.clock` runs it or lets it go on: however slow the machine, no
 * notice goes by itself.
 */
export async function holdTime(page: Page): Promise<void> {
	await page.clock.install();
	await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 600_000);
}
