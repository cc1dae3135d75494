import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures.ts';
import type { App } from './support/app.ts';
import { holdTime, runDatabases } from './support/deleted-runs.ts';
import { savedDraft } from './support/saved-draft.ts';

/** As many finished runs stand in the list, as the worker writes them; from the second on without a database of their own. */
async function listRuns(page: Page, count: number): Promise<void> {
	await page.evaluate(async (runs) => {
		const opened = <T>(request: IDBRequest<T>): Promise<T> =>
			new Promise((resolve, reject) => {
				request.onsuccess = () => {
					resolve(request.result);
				};
				request.onerror = () => {
					reject(new Error(request.error?.message));
				};
			});
		const db = await opened(indexedDB.open('volley'));
		const [like] = (await opened(
			db.transaction('runs').objectStore('runs').getAll(),
		)) as unknown as Record<string, unknown>[];
		const [setup] = (await opened(
			db.transaction('setups').objectStore('setups').getAll(),
		)) as unknown as Record<string, unknown>[];
		const tx = db.transaction(['runs', 'setups'], 'readwrite');
		for (let i = 1; i < runs; i++) {
			const id = `run-${String(i)}`;
			const name = `Titles ${String(i)}`;
			const createdAt = Date.now() - i * 3_600_000;
			const model = i % 2 === 0 ? 'gpt-mini' : 'demo-large';
			const planned = 10 * i;
			tx.objectStore('runs').put({
				...like,
				...{ id, name, createdAt, updatedAt: createdAt, planned, succeeded: planned },
				models: [model],
				targets: ['openai', 'api.openai.com'],
			});
			tx.objectStore('setups').put({ ...setup, id });
		}
		await new Promise((resolve) => {
			tx.oncomplete = resolve;
		});
		db.close();
	}, count);
	await page.reload();
}

async function finishedRun(app: App, url: string): Promise<void> {
	await app.open();
	await app.dropCsv('words.csv', `text\n${['a', 'b', 'c'].join('\n')}`);
	await app.useEndpoint(url);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
	await app.start();
	await app.finished();
}

const rows = (app: App) => app.runs.getByRole('listitem');
const undo = (app: App) => app.page.getByRole('button', { name: /^Undo: bring back/ });

/** Gives what was deleted a minute more: its time is not over, however long a reload takes. */
async function keepsItsTime(page: Page): Promise<void> {
	const marked = await page.evaluate(
		() =>
			new Promise<number>((resolve, reject) => {
				const opening = indexedDB.open('volley');
				opening.onerror = () => {
					reject(new Error(opening.error?.message));
				};
				opening.onsuccess = () => {
					const db = opening.result;
					const tx = db.transaction('runs', 'readwrite');
					let count = 0;
					tx.objectStore('runs').openCursor().onsuccess = ({ target }) => {
						const cursor = (target as IDBRequest<IDBCursorWithValue | null>).result;
						if (cursor === null) return;
						const run = cursor.value as Record<string, unknown>;
						if (run['discardedAt'] !== undefined) {
							cursor.update({ ...run, discardedAt: Date.now() + 60_000 });
							count += 1;
						}
						cursor.continue();
					};
					tx.oncomplete = () => {
						db.close();
						resolve(count);
					};
				};
			}),
	);
	expect(marked).toBe(1);
}

/**
 * The browser tells that so many bytes are free. Since Chromium 138 its own estimate is of 10 GiB free whatever the real
 * quota is, also where that is overridden; other browsers, and disks smaller than that, tell less.
 */
async function leaveFree(page: Page, bytes: number): Promise<void> {
	for (const worker of page.workers())
		await worker.evaluate((free) => {
			const { storage } = navigator;
			const estimate = storage.estimate.bind(storage);
			storage.estimate = async () => {
				const { usage = 0 } = await estimate();
				return { usage, quota: usage + free };
			};
		}, bytes);
}

test('runs are found by name, model and host, and sorted in an order that is remembered', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	await finishedRun(app, endpoint.url);
	await expect(page.getByRole('searchbox', { name: 'Search runs' })).toBeHidden();
	await listRuns(page, 2);
	await expect(page.getByRole('searchbox', { name: 'Search runs' })).toBeVisible();
	await listRuns(page, 30);
	await expect(rows(app)).toHaveCount(30);
	const search = page.getByRole('searchbox', { name: 'Search runs' });
	await search.fill('titles 7');
	await expect(rows(app)).toHaveCount(3);
	await search.fill('GPT-M');
	await expect(rows(app)).toHaveCount(14);
	await search.fill('127.0.0.1 test-small');
	await expect(rows(app)).toHaveCount(1);
	await expect(rows(app)).toContainText('words');
	await search.fill('nothing like it');
	await expect(page.getByText('No run with “nothing like it”')).toBeVisible();
	await app.button('Show all').click();
	await expect(rows(app)).toHaveCount(30);

	await page.getByRole('combobox', { name: 'Sort runs' }).selectOption({ label: 'Size of plan' });
	await expect(rows(app).first()).toContainText('Titles 29');
	await page.reload();
	await expect(rows(app).first()).toContainText('Titles 29');
	await page.getByRole('combobox', { name: 'Sort runs' }).selectOption({ label: 'Name' });
	await expect(rows(app).nth(1)).toContainText('Titles 2');
	await expectAccessible(page);
});

test('a deleted run comes back with Undo and with Ctrl+Z, and to the page it was on', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	await finishedRun(app, endpoint.url);
	const url = page.url();
	await holdTime(page);
	await app.button('Delete words').click();
	await expect(app.runs).toBeHidden();
	await expect(app.startButton).toBeVisible();
	await expect(page.getByText('Run “words” was deleted.')).toBeAttached();
	// Under the pointer it stays, and time can go on.
	await undo(app).hover();
	await page.clock.resume();
	await expectAccessible(page);
	await undo(app).click();
	await expect(rows(app)).toHaveCount(1);
	await expect(page).toHaveURL(url);
	await expect(undo(app)).toBeHidden();
	await expect(app.progressBar).toBeVisible();

	await holdTime(page);
	await app.button('Delete words').press('Enter');
	await expect(app.runs).toBeHidden();
	await page.keyboard.press('Control+z');
	await expect(rows(app)).toHaveCount(1);
	await page.clock.resume();
	expect(await app.downloadJson()).toHaveLength(3);
});

test('Undo all brings every deleted run back, the page that was open and the focus', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	await finishedRun(app, endpoint.url);
	await listRuns(page, 4);
	const url = page.url();
	await app.button('Delete words').press('Enter');
	await app.button('Delete Titles 1').press('Enter');
	await expect(rows(app)).toHaveCount(2);
	await app.button('Undo all 2').press('Enter');
	await expect(rows(app)).toHaveCount(4);
	await expect(page).toHaveURL(url);
	await expect(rows(app).getByRole('link', { name: /^Titles 1/ })).toBeFocused();
});

test('a table that nothing uses can be freed without any run', async ({ app }) => {
	const { page } = app;
	await app.open();
	await app.dropCsv('first.csv', 'text\na\n');
	// A reload within moments of a change may come before it is stored.
	const datasetOf = async (): Promise<string> =>
		/"datasetId":"([^"]+)"/.exec(await savedDraft(page))?.[1] ?? '';
	await expect.poll(datasetOf).not.toBe('');
	const first = await datasetOf();
	await app.dropCsv('second.csv', 'text,other\na,b\n');
	await expect.poll(datasetOf).not.toBe(first);
	await page.reload();
	await app.button('Free space').click();
	const dialog = page.getByRole('dialog', { name: 'Free space' });
	await dialog.getByRole('checkbox', { name: /^first/ }).check();
	await dialog.getByRole('button', { name: /^Delete 1 · / }).click();
	await expect(dialog.getByRole('checkbox')).toHaveCount(0);
	await app.button('Close').click();
	await expect(app.button('Free space')).toBeHidden();
	await expect(app.button('New run')).toBeFocused();
});

test('a deleted run that nobody wants back is gone with its database', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	await finishedRun(app, endpoint.url);
	await expect.poll(() => runDatabases(page)).toBe(1);
	await holdTime(page);
	await app.button('Delete words').click();
	await page.clock.runFor(9_000);
	await expect(undo(app)).toBeVisible();
	// Whoever is about to press it is given the time.
	await undo(app).hover();
	await page.clock.runFor(60_000);
	await expect(undo(app)).toBeVisible();
	expect(await runDatabases(page)).toBe(1);
	await page.mouse.move(900, 10);
	await page.clock.runFor(5_000);
	await expect(undo(app)).toBeHidden();
	await expect.poll(() => runDatabases(page)).toBe(0);
});

test('a reload loses neither a deleted run nor its Undo', async ({ app, endpoint }) => {
	const { page } = app;
	await finishedRun(app, endpoint.url);
	await holdTime(page);
	await app.button('Delete words').click();
	await expect(app.runs).toBeHidden();
	await keepsItsTime(page);
	await page.reload();
	await expect(app.runs).toBeHidden();
	await undo(app).click();
	await page.clock.resume();
	await expect(rows(app)).toHaveCount(1);
	await rows(app).getByRole('link').click();
	expect(await app.downloadJson()).toHaveLength(3);
});

test('a run that goes is asked about, stopped, and comes back stopped', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	endpoint.hold();
	endpoint.letThrough(1);
	await app.open();
	await app.dropCsv('words.csv', `text\n${['a', 'b', 'c'].join('\n')}`);
	await app.useEndpoint(endpoint.url);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
	await app.start();
	await expect.poll(async () => (await app.progress()).settled).toBe(1);
	await holdTime(page);
	await app.button('Delete words').click();
	await app.button('Delete run').click();
	await expect(app.runs).toBeHidden();
	await undo(app).click();
	await page.clock.resume();
	await expect(rows(app)).toContainText('stopped · 1 of 3');
	await expect(app.button('Resume')).toBeEnabled();
	endpoint.release();
});

test('chosen runs are deleted to free space', async ({ app, endpoint }) => {
	const { page } = app;
	await finishedRun(app, endpoint.url);
	await listRuns(page, 4);
	await app.button('Free space').click();
	const dialog = page.getByRole('dialog', { name: 'Free space' });
	await expect(dialog.getByRole('checkbox')).toHaveCount(4);
	await expectAccessible(page);
	await dialog.getByRole('checkbox', { name: /^words/ }).check();
	await dialog.getByRole('checkbox', { name: /^Titles 3/ }).check();
	await dialog.getByRole('button', { name: /^Delete 2 · / }).click();
	await expect(dialog.getByRole('status')).toContainText('Deleted: about');
	await expect(dialog.getByRole('checkbox')).toHaveCount(2);
	await app.button('Close').click();
	await expect(rows(app)).toHaveCount(2);
	expect(await runDatabases(page)).toBe(0);
});

test('what will not fit is said before the disk is full, by the list, the run and the plan', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	endpoint.hold();
	endpoint.letThrough(30);
	await app.open();
	await app.dropCsv(
		'words.csv',
		`text\n${Array.from({ length: 20_000 }, (_, i) => `w${String(i)}`).join('\n')}`,
	);
	await app.useEndpoint(endpoint.url);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
	await app.start();
	await expect.poll(async () => (await app.progress()).settled).toBe(30);
	await expect(page.getByText('The room for stored data will not last.')).toBeHidden();
	await leaveFree(page, 5_000_000);
	// The list changes, and with it the room is asked for.
	await app.button('Rename words').click();
	await page.getByRole('textbox', { name: 'New name of words' }).fill('Long words');
	await page.keyboard.press('Enter');
	await expect(page.getByText(/^Nearly full: .* free/)).toBeVisible();
	await expect(page.getByText('The room for stored data will not last.')).toBeVisible();
	await expectAccessible(page);
	await app.button('New run').click();
	await expect(page.getByText(/This run may need about .* are\s+free/)).toBeVisible();
	endpoint.release();
});

test('a thousand runs hold up nobody', async ({ app, endpoint }) => {
	const { page } = app;
	await finishedRun(app, endpoint.url);
	await listRuns(page, 1_000);
	await expect(rows(app).first()).toBeVisible();
	const search = page.getByRole('searchbox', { name: 'Search runs' });
	await search.fill('gpt titles 12');
	await expect(rows(app)).toHaveCount(15);
	await search.fill('');
	const more = page.getByRole('button', { name: /^Show more of 1,000 runs/ });
	await more.focus();
	await more.press('Enter');
	await expect.poll(() => rows(app).count()).toBeGreaterThan(80);
});

test.describe('on a narrow touch screen', () => {
	test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

	test('runs are searched, sorted, deleted and brought back', async ({ app, endpoint }) => {
		const { page } = app;
		await finishedRun(app, endpoint.url);
		await listRuns(page, 12);
		await page.getByRole('button', { name: /^Runs/ }).tap();
		await page.getByRole('searchbox', { name: 'Search runs' }).fill('titles 1');
		await expect(rows(app)).toHaveCount(3);
		await holdTime(page);
		await app.button('Delete Titles 1').tap();
		await expect(rows(app)).toHaveCount(2);
		await undo(app).tap();
		await expect(rows(app)).toHaveCount(3);
		await page.clock.resume();
		await expectAccessible(page);

		// Folded away, the list has no place for the focus.
		await app.button('Delete Titles 1').tap();
		await page.getByRole('button', { name: /^Runs/ }).tap();
		await undo(app).press('Enter');
		await expect(app.button('New run')).toBeFocused();
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
	});
});
