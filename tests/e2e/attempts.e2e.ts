import { expect, expectAccessible, test } from './fixtures.ts';
import type { App } from './support/app.ts';

async function compose(app: App, url: string, rows: number): Promise<void> {
	await app.open();
	const lines = Array.from({ length: rows }, (_, i) => `${String(i)},word ${String(i)}`);
	await app.dropCsv('words.csv', `id,text\n${lines.join('\n')}\n`);
	await app.useEndpoint(url, 'sk-never-shown-000000');
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
}

const openRow = async (app: App, text: string): Promise<void> => {
	await app.results.getByText(text, { exact: true }).first().click();
	await expect(app.page.getByRole('dialog')).toBeVisible();
};

for (const width of [1280, 390])
	test.describe(`${String(width)} px wide`, () => {
		test.use({ viewport: { width: 1280, height: 844 } });

		test('a result tells every attempt, its wait and its request id, and how to send it again', async ({
			app,
			endpoint,
		}) => {
			endpoint.play((request, seenBefore) =>
				request.row.includes('word 1')
					? ((['rateLimitedOnce', 'serverError500', 'resetMidBody'] as const)[seenBefore] ??
						'plainReply')
					: 'plainReply',
			);
			await compose(app, endpoint.url, 3);
			await app.start();
			await app.finished();
			await openRow(app, 'word 1');
			await app.page.setViewportSize({ width, height: 844 });
			const panel = app.page.getByRole('dialog');
			const attempts = panel.getByRole('table', { name: 'Attempts' }).getByRole('row');
			await expect(attempts).toHaveCount(1 + 4);
			await expect(attempts.nth(1)).toContainText('429');
			await expect(attempts.nth(1)).toContainText(/req_\d+/);
			await expect(attempts.nth(2)).toContainText('500');
			await expect(attempts.nth(4)).toContainText('Answered.');
			await expect(panel.getByText('Queued', { exact: true })).toBeVisible();
			await expect(panel.getByText('Backoff', { exact: true })).toBeVisible();
			await expect(panel.getByText('Network and model', { exact: true })).toBeVisible();

			await panel.getByText('Replay with curl or Python').click();
			const curl = panel.getByRole('group', { name: 'curl' });
			await expect(curl).toContainText(`${endpoint.url}/chat/completions`);
			await expect(curl).toContainText('Bearer $API_KEY');
			await expect(curl).toContainText('Repeat word 1');
			await expect(panel.getByRole('group', { name: 'Python' })).toContainText('requests.post');
			await panel.getByText('Raw completion').click();
			await expect(panel.getByRole('group', { name: 'Raw completion' })).toContainText('"choices"');
			await expect(panel).not.toContainText('never-shown');
			const overflow = await panel
				.locator('.body')
				.evaluate((body) => body.scrollWidth - body.clientWidth);
			expect(overflow).toBe(0);
			await expectAccessible(app.page);
			await app.page.keyboard.press('Escape');

			const items = await app.downloadJson();
			expect(items[1]).toMatchObject({
				request_id: expect.stringMatching(/^req_/),
				attempt_history: [
					{ error: { kind: 'rateLimited', status: 429 } },
					{ error: { kind: 'serverError', status: 500 } },
					{ error: { kind: 'network', status: null } },
				],
			});
			expect(items[0]).not.toHaveProperty('attempt_history');
		});
	});

test('a failed request that is retried tells both attempts, also after a reload', async ({
	app,
	endpoint,
}) => {
	endpoint.play((_, seenBefore) => (seenBefore === 0 ? 'contentFilter400' : 'plainReply'));
	await compose(app, endpoint.url, 2);
	await app.start();
	await app.finished();
	await app.retryFailed();
	await expect(app.status.filter({ hasText: '2 succeeded' })).toBeAttached();
	await app.page.reload();
	await openRow(app, 'word 1');
	const rows = app.page.getByRole('table', { name: 'Attempts' }).getByRole('row');
	await expect(rows).toHaveCount(1 + 2);
	await expect(rows.nth(1)).toContainText('HTTP 400');
	await expect(rows.nth(1)).toContainText('until sent again');
	await expect(rows.nth(2)).toContainText('Answered.');
});
