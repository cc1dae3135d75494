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
