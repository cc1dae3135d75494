import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { App } from './support/app.ts';
import { coolDown, limitModels } from './support/limits.ts';
import { savedDraft } from './support/saved-draft.ts';

const csv = (rows: number): string =>
	`id,text\n${Array.from({ length: rows }, (_, i) => `${String(i)},word ${String(i)}`).join('\n')}\n`;

async function compose(app: App, url: string, rows: number): Promise<void> {
	await app.open();
	await app.dropCsv('words.csv', csv(rows));
	await app.useEndpoint(url);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
}

const settled = async (app: App, count: number): Promise<void> => {
	await expect.poll(async () => (await app.progress()).settled).toBeGreaterThanOrEqual(count);
};

const limitsOf = (page: Page) => page.getByRole('list', { name: 'Limits' });

test.describe('the pace of a run', () => {
	test('names the limit that was learned, how much of it is used, and that it sets the pace', async ({
		app,
		endpoint,
	}) => {
		const { page } = app;
		const tokens = { dimension: 'tokens', perMinute: 60_000, atOnce: 600, each: 100 } as const;
		await compose(app, endpoint.url, 3_000);
		// As many characters as are about a hundred tokens.
		await app.writePrompt({ user: `Repeat {text}${' and again'.repeat(39)}` });
		await limitModels(page, endpoint.url, { 'test-small': tokens });
		await app.start();
		await expect(limitsOf(page)).toHaveText(/learned 60k tokens\/min, using \d+ %$/);
		await expect(page.getByText('Limited by tokens per minute.')).toBeVisible();
		await expect(page.getByText(/^left, at the pace /)).toBeVisible();
		await expect(page.getByText(/rate-limit answers? \(429\) so far/)).toBeVisible();
		await expect(page.getByRole('img', { name: /^Settled per minute over .*limit/ })).toBeVisible();
		await page.getByText('Table', { exact: true }).click();
		const table = page.getByRole('region', { name: 'Pace of the run' });
		await expect(table.getByRole('columnheader')).toHaveText(['from', 'settled', '429s', 'limit']);
		await expect(table.getByRole('row').nth(1)).toContainText('/min');
	});

	test('names the end of a wait that the endpoint asked for', async ({ app, endpoint }) => {
		const { page } = app;
		await compose(app, endpoint.url, 40);
		endpoint.hold();
		endpoint.letThrough(7);
		await app.start();
		await settled(app, 7);
		await coolDown(page, endpoint.url, 100_000);
		const asked = Date.now();
		endpoint.release();
		const reason = page.getByText(/^Waiting for the endpoint’s rate limit until/);
		await expect(reason).toBeVisible();
		const [, clock] = /until (\d\d:\d\d:\d\d);/.exec(await reason.innerText()) ?? [];
		const day = new Date(asked).toISOString().slice(0, 10);
		const waited = (Date.parse(`${day}T${clock ?? ''}Z`) - asked + 86_400_000) % 86_400_000;
		// The endpoint said how long at most a moment after it was asked; the wait is kept a little longer, never shorter.
		expect(waited).toBeGreaterThan(95_000);
		expect(waited).toBeLessThan(140_000);
		await expect(
			app.status.filter({ hasText: /Nothing is sent until \d\d:\d\d:\d\d/ }),
		).toHaveCount(1);
	});

	test('says how many may be in flight, and that the browser allows no more', async ({
		app,
		endpoint,
	}) => {
		endpoint.hold();
		endpoint.letThrough(14);
		await compose(app, endpoint.url, 60);
		await app.start();
		await settled(app, 14);
		await expect(app.page.getByText('6 of 6')).toBeVisible();
		await expect(
			app.page.getByText('Limited by the browser: 6 connections to an http:// address at most.'),
		).toBeVisible();
	});

	test('stays as a chart when the run is over, and over a visit to another page', async ({
		app,
		endpoint,
	}) => {
		const { page } = app;
		endpoint.play('slow(100)');
		await compose(app, endpoint.url, 60);
		await app.start();
		await app.finished();
		const chart = page.getByRole('img', { name: /^Settled per minute over/ });
		await expect(chart).toBeVisible();
		await app.button('New run').click();
		await expect(app.startButton).toBeVisible();
		await page.goBack();
		await expect(chart).toBeVisible();
		await page.reload();
		await expect(
			page.getByText('The chart of a run’s pace is kept only as long as the page is open.'),
		).toBeVisible();
	});
});

test('typed limits are there again after a reload, and are called typed', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	await compose(app, endpoint.url, 40);
	await app.set('Requests per minute', 9_000);
	await app.set('Tokens per minute', 60_000);
	// The draft is saved a moment after the last key press; nothing on the page tells of it.
	await expect.poll(() => savedDraft(page)).toContain('"tokensPerMinute":60000');
	await page.reload();
	await expect(page.getByRole('spinbutton', { name: 'Tokens per minute' })).toHaveValue('60000');
	await expect(page.getByRole('spinbutton', { name: 'Requests per minute' })).toHaveValue('9000');
	endpoint.hold();
	endpoint.letThrough(8);
	await app.start();
	await settled(app, 8);
	await expect(limitsOf(page)).toHaveText(
		/typed 60k tokens\/min, using \d+ % · typed 9,000 requests\/min, using \d+ %$/,
	);
});

test('leaving is asked about in the tab that sends, and in no other', async ({ app, endpoint }) => {
	const { page } = app;
	const asked: string[] = [];
	page.on('dialog', (dialog) => {
		asked.push(dialog.type());
		void dialog.dismiss();
	});
	endpoint.hold();
	endpoint.letThrough(3);
	await compose(app, endpoint.url, 20);
	await app.start();
	await settled(app, 3);

	const watcher = await page.context().newPage();
	watcher.on('dialog', (dialog) => {
		asked.push('in the watching tab');
		void dialog.accept();
	});
	await watcher.goto(page.url());
	await expect(new App(watcher).progressBar).toBeVisible();
	// Browsers ask only on behalf of pages that were touched.
	await watcher.getByRole('tab', { name: /Setup/ }).click();
	await watcher.close({ runBeforeUnload: true });
	await expect.poll(() => watcher.isClosed()).toBe(true);
	expect(asked).toEqual([]);

	await page.close({ runBeforeUnload: true });
	await expect.poll(() => asked).toEqual(['beforeunload']);
	endpoint.release();
	await app.finished();
	await page.reload();
	expect(asked).toEqual(['beforeunload']);
});

test('a run goes on in a hidden tab, and needs no timer of its page', async ({ app, endpoint }) => {
	const { page } = app;
	await page.clock.install();
	await compose(app, endpoint.url, 200);
	endpoint.play(({ arrival }, seenBefore) =>
		arrival % 9 === 4 && seenBefore === 0 ? 'serverErrorOnce' : 'plainReply',
	);
	endpoint.hold();
	endpoint.letThrough(12);
	await app.start();
	await settled(app, 10);
	await page.evaluate(() => {
		for (const [name, value] of [
			['visibilityState', 'hidden'],
			['hidden', true],
		] as const)
			Object.defineProperty(document, name, { configurable: true, get: () => value });
		document.dispatchEvent(new Event('visibilitychange'));
	});
	await page.clock.pauseAt(Date.now() + 60_000);
	const ticks = await page.evaluate(() => {
		const seen = { count: 0 };
		setInterval(() => (seen.count += 1), 10);
		return new Promise<number>((resolve) => {
			// A message is no timer: by its hundredth round trip a timer would have ticked.
			const { port1, port2 } = new MessageChannel();
			let rounds = 0;
			port2.onmessage = () => {
				rounds += 1;
				if (rounds === 10_000) resolve(seen.count);
				else port1.postMessage(null);
			};
			port1.postMessage(null);
		});
	});
	expect(ticks).toBe(0);
	endpoint.release();
	await app.finished();
	expect(new Set(endpoint.ledger.requests.map(({ body }) => JSON.stringify(body))).size).toBe(200);
});

test.describe('the screen', () => {
	/** Puts a screen lock in the browser's place that can be looked at. */
	const watchScreen = (page: Page, answer: 'held' | 'refused') =>
		page.addInitScript((given) => {
			const screen = { asked: 0, held: 0 };
			let sentinel: EventTarget | null = null;
			Object.assign(globalThis, { screenOfTheTest: screen });
			Object.defineProperty(navigator, 'wakeLock', {
				value: {
					request: () => {
						screen.asked += 1;
						if (given === 'refused')
							return Promise.reject(new DOMException('Not now', 'NotAllowedError'));
						screen.held += 1;
						const target = new EventTarget();
						const release = () => {
							if (sentinel === target) {
								sentinel = null;
								screen.held -= 1;
								target.dispatchEvent(new Event('release'));
							}
							return Promise.resolve();
						};
						sentinel = target;
						return Promise.resolve(Object.assign(target, { release }));
					},
				},
			});
		}, answer);
	const screenOf = (page: Page) =>
		page.evaluate(
			() =>
				(globalThis as unknown as { screenOfTheTest: { asked: number; held: number } })
					.screenOfTheTest,
		);

	test('is kept awake while a run goes, unless one chose otherwise on this device', async ({
		app,
		endpoint,
	}) => {
		const { page } = app;
		await watchScreen(page, 'held');
		endpoint.hold();
		endpoint.letThrough(3);
		await compose(app, endpoint.url, 20);
		expect(await screenOf(page)).toEqual({ asked: 0, held: 0 });
		await app.start();
		await settled(app, 3);
		await expect.poll(() => screenOf(page)).toEqual({ asked: 1, held: 1 });
		const box = page.getByRole('checkbox', { name: 'Keep screen awake' });
		await expect(box).toBeChecked();
		await box.uncheck();
		await expect.poll(() => screenOf(page)).toEqual({ asked: 1, held: 0 });
		await box.check();
		await expect.poll(() => screenOf(page)).toEqual({ asked: 2, held: 1 });
		endpoint.release();
		await app.finished();
		await expect.poll(() => screenOf(page)).toEqual({ asked: 2, held: 0 });
		await expect(box).toBeHidden();
	});

	test('that the browser will not keep awake is no error', async ({ app, endpoint }) => {
		const { page } = app;
		await watchScreen(page, 'refused');
		endpoint.hold();
		endpoint.letThrough(3);
		await compose(app, endpoint.url, 20);
		await app.start();
		await settled(app, 3);
		await expect(page.getByText('(the browser does not allow it now)')).toBeVisible();
		await expect(app.alert).toHaveCount(0);
		await page.getByRole('checkbox', { name: /^Keep screen awake/ }).uncheck();
		endpoint.release();
		await app.finished();

		await page.reload();
		await app.button('New run').click();
		await app.startButton.click();
		await app.finished();
		expect((await screenOf(page)).asked).toBe(0);
	});
});
