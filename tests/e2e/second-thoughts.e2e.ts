import type { Locator, Page } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures.ts';
import { App } from './support/app.ts';
import { holdTime, runDatabases } from './support/deleted-runs.ts';
import { savedDraft } from './support/saved-draft.ts';

const csv = (rows: number): string =>
	`id,text\n${Array.from({ length: rows }, (_, i) => `${String(i)},word ${String(i)}`).join('\n')}\n`;

async function compose(app: App, url: string, rows: number): Promise<void> {
	await app.open();
	await app.dropCsv('words.csv', csv(rows));
	await expect(app.page.getByText(`× ${String(rows)} rows ×`)).toBeVisible();
	await app.useEndpoint(url);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
}

/** The second click of a double-click, at the same place, once the page has become what the first click makes of it. */
async function doubleClick(page: Page, target: Locator, between: () => Promise<void>) {
	const box = await target.boundingBox();
	if (box === null) throw new Error('What is to be clicked is not there');
	const { mouse } = page;
	await mouse.move(box.x + box.width / 2, box.y + box.height / 2);
	await mouse.down({ clickCount: 1 });
	await mouse.up({ clickCount: 1 });
	await between();
	await mouse.down({ clickCount: 2 });
	await mouse.up({ clickCount: 2 });
}

const settled = async (app: App, count: number): Promise<void> => {
	await expect.poll(async () => (await app.progress()).settled).toBe(count);
};

for (const width of [1280, 390])
	test.describe(`${String(width)} px wide`, () => {
		test.use({ viewport: { width, height: 800 } });

		test('a double-click on Pause pauses, and one on Resume resumes', async ({ app, endpoint }) => {
			endpoint.hold();
			endpoint.letThrough(6);
			await compose(app, endpoint.url, 40);
			await app.start();
			await settled(app, 6);
			await doubleClick(app.page, app.button('Pause'), async () => {
				endpoint.letThrough(6);
				await expect(app.button('Resume')).toBeVisible();
			});
			await settled(app, 12);
			await expect(app.button('Resume')).toBeEnabled();
			expect(endpoint.ledger.requests).toHaveLength(12);

			await doubleClick(app.page, app.button('Resume'), async () => {
				await expect(app.button('Pause')).toBeEnabled();
			});
			endpoint.release();
			await app.finished();
		});

		test('a double-click on Start run starts the run, and touches nothing on its page', async ({
			app,
			endpoint,
		}) => {
			endpoint.hold();
			await compose(app, endpoint.url, 10);
			await doubleClick(app.page, app.startButton, async () => {
				await expect(app.progressBar).toBeVisible();
			});
			await expect(app.button('Stop')).toBeEnabled();
			await expect(app.page.getByRole('dialog')).toBeHidden();
			await expect(app.progressBar).toBeVisible();
			endpoint.release();
			await app.finished();
		});
	});

test.describe('on a narrow touch screen', () => {
	test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

	test('a run is deleted in the list of runs', async ({ app, endpoint }) => {
		await compose(app, endpoint.url, 3);
		await app.start();
		await app.finished();
		await app.page.getByRole('button', { name: /^Runs/ }).tap();
		await app.runs.getByRole('button', { name: /^Delete words/ }).tap();
		await expect(app.startButton).toBeVisible();
		await expect(app.runs).toBeHidden();
	});
});

test('after a failure, what is still in flight can be stopped, and is not called waiting', async ({
	app,
	endpoint,
}) => {
	endpoint.hold();
	endpoint.letThrough(1);
	endpoint.play(({ arrival }) => (arrival === 1 ? 'wrongKey' : 'plainReply'));
	await compose(app, endpoint.url, 20);
	await app.start();
	await settled(app, 1);
	await endpoint.ledger.arrived(7);
	endpoint.letThrough(1);
	await expect(app.alert).toContainText('14 requests are waiting');
	await expect(app.button('Stop')).toBeEnabled();
	await app.page.getByLabel('API key', { exact: true }).fill('sk-test-key-0123456789');
	await app.resume();
	await expect(
		app.page.getByText('Waiting for 5 answers that are still on their way…'),
	).toBeVisible();
	await expectAccessible(app.page);
	endpoint.release();
	await app.finished();
});

test('after a failure, Stop aborts what is still in flight, also when Resume was waiting for it', async ({
	app,
	endpoint,
}) => {
	endpoint.hold();
	endpoint.letThrough(1);
	endpoint.play(({ arrival }) => (arrival === 1 ? 'wrongKey' : 'plainReply'));
	await compose(app, endpoint.url, 20);
	await app.start();
	await settled(app, 1);
	await endpoint.ledger.arrived(7);
	endpoint.letThrough(1);
	await app.page.getByLabel('API key', { exact: true }).fill('sk-test-key-0123456789');
	await app.resume();
	await app.stop();
	await endpoint.ledger.ended(7);
	// Disabled, and gone with what was in flight.
	await expect(app.button('Stop').and(app.page.locator(':enabled'))).toHaveCount(0);
	await expect(app.button('Resume')).toBeEnabled();
	expect(await app.progress()).toEqual({ settled: 1, planned: 20 });
	endpoint.release();
	await app.resume();
	await app.finished();
});

test('lines that an answer has too few choices for say so, and one with too many is marked', async ({
	app,
}) => {
	const { page } = app;
	await page.route('**/v1/chat/completions', async (route) => {
		const text = route.request().postData() ?? '';
		const given = text.includes('word 1') ? 1 : 4;
		const choices = Array.from({ length: given }, (_, index) => ({
			index,
			message: { role: 'assistant', content: `answer ${String(index)}` },
			finish_reason: 'stop',
		}));
		await route.fulfill({ json: { id: 'c', object: 'chat.completion', choices } });
	});
	await compose(app, 'https://answers.example/v1', 2);
	await app.set('Completions per prompt', 2);
	await app.start();
	await app.finished();
	await expect(app.results.getByText('not given by the endpoint')).toHaveCount(1);
	await expect(app.results.getByText('+2 more')).toHaveCount(1);
	await app.results.getByText('+2 more').click();
	await expect(page.getByRole('dialog').getByText('answer 3', { exact: true })).toBeVisible();
});

test('a run that goes in another tab is watched here, to its end', async ({ app, endpoint }) => {
	endpoint.hold();
	endpoint.letThrough(4);
	await compose(app, endpoint.url, 12);
	await app.start();
	await settled(app, 4);
	const other = new App(await app.page.context().newPage());
	await other.page.goto(app.page.url());
	await expect(
		other.page.getByText('This run is going in another tab; here you can only watch.'),
	).toBeVisible();
	for (const name of ['Pause', 'Stop', 'Resume', 'Retry failed'])
		await expect(other.button(name)).toBeHidden();
	await settled(other, 4);
	await expectAccessible(other.page);
	endpoint.letThrough(3);
	await settled(other, 7);
	endpoint.release();
	await app.finished();
	await other.finished();
	await expect(other.page.getByText('going in another tab')).toBeHidden();
});

test('what was typed in the last moment before a reload is there after it', async ({ app }) => {
	const { page } = app;
	await app.open();
	// The engine has answered: what was stored before is here.
	await expect(page.getByText(/^None yet/)).toBeVisible();
	const box = page.getByRole('textbox', { name: 'User message', exact: true });
	for (const text of ['Say {word}', 'Say {word} again']) {
		await box.fill(text);
		await expect.poll(() => savedDraft(page)).toContain(text);
		const loaded = page.waitForEvent('load');
		// A browser may end the engine before the page that goes: here it does so.
		await box.evaluate((field: HTMLTextAreaElement) => {
			document.querySelector('iframe')?.remove();
			field.value += '!';
			field.dispatchEvent(new InputEvent('input', { bubbles: true }));
			location.reload();
		});
		await loaded;
		await expect(box).toHaveValue(`${text}!`);
	}
	await page.reload();
	await expect(box).toHaveValue('Say {word} again!');
});

test('closing the tab is asked about while a run is going, on whatever page one is', async ({
	app,
	endpoint,
}) => {
	endpoint.hold();
	await compose(app, endpoint.url, 3);
	await app.start();
	await app.button('New run').click();
	await expect(app.startButton).toBeVisible();
	const asked = app.page.waitForEvent('dialog');
	await app.page.close({ runBeforeUnload: true });
	const dialog = await asked;
	expect(dialog.type()).toBe('beforeunload');
	await dialog.dismiss();
	await expect(app.startButton).toBeVisible();
});

test('a run that another tab deletes is said to be gone, and nothing went wrong', async ({
	app,
	endpoint,
}) => {
	await compose(app, endpoint.url, 30);
	await app.start();
	await app.finished();
	const other = new App(await app.page.context().newPage());
	await other.page.goto('./#/new');
	await expect(other.runs).toBeVisible();
	await holdTime(other.page);
	await other.runs.getByRole('button', { name: /^Delete words/ }).click();
	await expect(other.runs).toBeHidden();
	// Until nobody can bring it back, it is here as ever.
	const undo = other.page.getByRole('button', { name: /^Undo: bring back/ });
	await expect(undo).toBeVisible();
	await other.page.clock.runFor(10_000);
	await expect(undo).toBeHidden();
	await expect.poll(() => runDatabases(other.page)).toBe(0);
	await other.page.clock.resume();

	await app.page.getByRole('searchbox', { name: 'Search results' }).fill('word 7');
	await expect(
		app.page.getByRole('heading', { name: 'This run is not here any more.' }),
	).toBeVisible();
	await expect(app.runs).toBeHidden();
	await expect(app.alert).toBeHidden();
});

test('an engine that cannot be loaded is said above the page, and nothing pretends to work', async ({
	app,
}) => {
	const { page } = app;
	await page.route(/engine\.worker/, (route) => route.abort('blockedbyclient'));
	await page.goto('./');
	await expect(app.alert).toContainText('Volley’s engine could not be loaded. Reload the page');
	await expect(app.alert).toHaveCount(1);
	await expect(app.startButton).toBeDisabled();
	await expect(app.button('Use sample data')).toBeDisabled();
	await expect(app.alert.getByRole('button')).toBeHidden();
	await expectAccessible(page);
});
