import { readFile, writeFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures.ts';
import { App } from './support/app.ts';
import { dropOnPage } from './support/drop.ts';

const rows = `key,review\n${Array.from({ length: 8 }, (_, i) => `r${String(i)},"cup ""${String(i)}"", good"`).join('\n')}\n`;
const secret = 'sk-test-never-in-a-run-file-0123456789';

async function compose(app: App, url: string): Promise<void> {
	await app.open();
	await app.dropCsv('reviews.csv', rows);
	await app.chooseIdColumn('key');
	await app.useEndpoint(url, secret);
	await app.writeModel('m-1');
	await app.writePrompt({ user: 'Judge {review}' });
	await app.page.getByRole('textbox', { name: 'Run name' }).fill('Coffee');
}

async function stoppedRun(
	app: App,
	endpoint: { url: string; hold(): void; letThrough(n: number): void; release(): void },
): Promise<void> {
	await compose(app, endpoint.url);
	endpoint.hold();
	endpoint.letThrough(3);
	await app.start();
	await expect.poll(async () => (await app.progress()).settled).toBe(3);
	await app.stop();
	await expect(app.button('Resume')).toBeVisible();
	endpoint.release();
}

const dialog = (page: Page): Locator => page.getByRole('dialog');

async function savedRun(app: App): Promise<{ path: string; name: string }> {
	await app.button('More…').click();
	await expect(dialog(app.page)).toBeVisible();
	await expectAccessible(app.page);
	const [download] = await Promise.all([
		app.page.waitForEvent('download'),
		app.button('Save run as a file').click(),
	]);
	return { path: await download.path(), name: download.suggestedFilename() };
}

const openFile = (page: Page, file: { name: string; buffer: Buffer }): Promise<void> =>
	page
		.getByLabel('File with a run or a setup')
		.setInputFiles({ ...file, mimeType: 'application/octet-stream' });

test('a run is saved in one browser, opened in another, and goes on there', async ({
	app,
	endpoint,
	browser,
}) => {
	await stoppedRun(app, endpoint);
	const sent = endpoint.ledger.requests.length;
	const saved = await savedRun(app);
	expect(saved.name).toBe('Coffee.volley-run.jsonl.gz');
	const buffer = await readFile(saved.path);
	const here = await app.downloadJson();

	const context = await browser.newContext();
	const there = new App(await context.newPage());
	await there.open();
	await openFile(there.page, { name: saved.name, buffer });
	await expect(there.progressBar).toBeVisible();
	const note = there.page.getByRole('note');
	await expect(note).toContainText('Imported from the file “Coffee.volley-run.jsonl.gz”');
	await expect(note).toContainText(`Resume sends 5 requests to ${new URL(endpoint.url).origin}`);
	await expectAccessible(there.page);
	expect(await there.progress()).toEqual({ settled: 3, planned: 8 });
	expect(await there.downloadJson()).toEqual(here);
	expect(endpoint.ledger.requests).toHaveLength(sent);

	await there.typeKey(secret);
	await there.resume();
	await there.finished();
	expect(endpoint.ledger.requests).toHaveLength(sent + 5);
	const items = await there.downloadJson();
	expect(items.map(({ id }) => id)).toEqual(Array.from({ length: 8 }, (_, i) => `r${String(i)}`));
	await context.close();
});

test('a file that was cut off is refused in words, and no run appears', async ({
	app,
	endpoint,
}) => {
	await stoppedRun(app, endpoint);
	const saved = await savedRun(app);
	const buffer = await readFile(saved.path);
	await openFile(app.page, { name: saved.name, buffer: buffer.subarray(0, buffer.length - 30) });
	await expect(dialog(app.page)).toContainText('could not be opened');
	await expect(app.alert).toContainText('cut off or damaged');
	await expectAccessible(app.page);
	await app.button('Close').click();
	await expect(app.runs.getByRole('listitem')).toHaveCount(1);
});

test('where the part that opens files cannot be had, that is said', async ({ app }) => {
	await app.page.route(/\/later-[^/]+\.js$/, (route) => route.abort());
	await app.page.goto('/');
	await openFile(app.page, { name: 'a.volley-run.jsonl', buffer: Buffer.from('{}') });
	await expect(app.alert).toContainText('The file could not be opened.');
});

test('what waits goes to the Batch API and comes back', async ({ app, endpoint }) => {
	await stoppedRun(app, endpoint);
	const sent = endpoint.ledger.requests.length;
	await app.button('More…').click();
	await app.button('Export for the Batch API').click();
	await expect(dialog(app.page)).toContainText('5 requests');
	await expectAccessible(app.page);
	const [download] = await Promise.all([
		app.page.waitForEvent('download'),
		app.button('Save Coffee-batch-1-m-1.jsonl').click(),
	]);
	const lines = (await readFile(await download.path(), 'utf8'))
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line) as { custom_id: string; body: { model: string } });
	expect(lines).toHaveLength(5);
	await app.button('Close').click();

	const answers = lines.slice(0, 4).map(({ custom_id, body }) => ({
		id: 'batch_req_1',
		custom_id,
		response: {
			status_code: 200,
			request_id: 'r',
			body: {
				id: 'c',
				model: body.model,
				choices: [
					{
						index: 0,
						message: { role: 'assistant', content: 'from the batch' },
						finish_reason: 'stop',
					},
				],
				usage: { prompt_tokens: 5, completion_tokens: 2 },
			},
		},
		error: null,
	}));
	const text = [...answers.reverse(), { custom_id: 'row-17', response: null, error: { code: 'x' } }]
		.map((line) => JSON.stringify(line))
		.join('\n');
	await dropOnPage(app.page, [{ name: 'batch_1_output.jsonl', text }]);
	await expect(dialog(app.page)).toContainText('4 new answers');
	await expect(dialog(app.page)).toContainText('row-17');
	await expect(dialog(app.page)).toContainText('1 request without an answer');
	await expect(dialog(app.page)).toContainText(lines[4]?.custom_id ?? '-');
	await expectAccessible(app.page);
	await app.button('Close').click();
	expect(await app.progress()).toEqual({ settled: 7, planned: 8 });
	await expect(app.results).toContainText('from the batch');
	await app.resume();
	await app.finished();
	expect(endpoint.ledger.requests).toHaveLength(sent + 1);
});

test('results of batch-prompt are a run to look at, and a pickle is refused with the way out', async ({
	app,
	endpoint,
}) => {
	const items = ['I like {food}', 'I hate {food}'].flatMap((raw) =>
		['pizza', 'apples'].map((food) => ({
			prompt: raw.replace('{food}', food),
			choice: { index: 0, text: ` so ${food}`, finish_reason: 'length', logprobs: null },
			completion: { id: `${raw}${food}`, created: 1_700_000_000, usage: { prompt_tokens: 4 } },
			prompt_raw: raw,
			prompt_args: { food },
			model_args: { model: 'davinci-002', max_tokens: 5 },
		})),
	);
	await app.open();
	const pickle = Buffer.from([0x80, 4, 0x95, 0, 0]);
	await openFile(app.page, { name: 'results.pkl', buffer: pickle });
	await expect(app.alert).toContainText('json.dump(pickle.load(');
	await app.button('Close').click();
	await openFile(app.page, { name: 'food.json', buffer: Buffer.from(JSON.stringify(items)) });
	await expect(app.page.getByRole('note')).toContainText('Read from the results file “food.json”');
	await expect(app.results).toContainText('so apples');
	expect(await app.progress()).toEqual({ settled: 4, planned: 4 });
	await expect(app.page.getByRole('button', { name: /^(Resume|Retry)/ })).toHaveCount(0);
	await expectAccessible(app.page);
	expect(await app.downloadJson()).toMatchObject(items);
	await app.page.getByRole('tab', { name: 'Summary' }).click();
	await expect(app.page.getByRole('tabpanel')).toContainText('davinci-002');
	await expect(app.page.getByRole('tabpanel')).toContainText('counted as the file was read');
	await app.button('Duplicate').click();
	await expect(app.page.getByText('I hate {food}').first()).toBeVisible();
	expect(endpoint.ledger.requests).toHaveLength(0);
});

test('results read as a table say so, and open as the run that they are', async ({ app }) => {
	const item = (i: number, choice: object | null) => ({
		...{ id: String(i), prompt: `Say ${String(i)}`, prompt_raw: 'Say {n}', choice_index: 0 },
		...{ prompt_args: { n: String(i) }, row: { n: String(i) }, model_args: { model: 'm' } },
		...{ choice, completion: choice === null ? null : { id: 'c', model: 'm' } },
		error: choice === null ? { kind: 'network', message: 'Gone', status: null, code: null } : null,
	});
	const cut = { index: 0, text: 'so', finish_reason: 'length', logprobs: null };
	await app.open();
	await app.dropCsv('mine.json', JSON.stringify([item(0, null), item(1, cut)]));
	const note = app.page.getByRole('note');
	await expect(note).toContainText('holds the results of a run');
	await expectAccessible(app.page);
	await app.page.setViewportSize({ width: 390, height: 800 });
	await app.button('Open it as a run').click();
	await expect(note).toContainText('Read from the results file “mine.json”');
	await app.page.getByRole('tab', { name: /^Failures/ }).click();
	const panel = app.page.getByRole('tabpanel');
	await expect(panel).toContainText('with a higher limit, duplicate the run');
	// Without a button beside them, the heading and its line stand one below the other.
	const heading = await panel.getByRole('heading', { name: '1 request failed' }).boundingBox();
	const line = await panel.getByText('They were read from a file').boundingBox();
	expect(line?.y).toBeGreaterThanOrEqual((heading?.y ?? 0) + (heading?.height ?? Infinity) - 1);
});

const picturesIn = process.env['VOLLEY_PICTURES'];
test.describe('pictures', () => {
	test.skip(picturesIn === undefined, 'Made when asked for.');
	for (const colorScheme of ['light', 'dark'] as const)
		for (const width of [1280, 390])
			test(`${colorScheme} ${String(width)}`, async ({ app, endpoint, page }) => {
				await page.emulateMedia({ colorScheme });
				await page.setViewportSize({ width, height: 800 });
				const shoot = async (name: string): Promise<void> => {
					const picture = await page.screenshot();
					await writeFile(
						`${picturesIn ?? '.'}/${name}-${String(width)}-${colorScheme}.png`,
						picture,
					);
				};
				await stoppedRun(app, endpoint);
				const saved = await savedRun(app);
				await app.button('More…').click();
				await shoot('more');
				await app.button('Export for the Batch API').click();
				await expect(dialog(page)).toContainText('5 requests');
				await shoot('batch');
				await app.button('Close').click();
				await openFile(page, { name: saved.name, buffer: await readFile(saved.path) });
				await expect(page.getByRole('note')).toBeVisible();
				await shoot('imported');
				await openFile(page, {
					name: saved.name,
					buffer: (await readFile(saved.path)).subarray(0, 400),
				});
				await expect(app.alert).toBeVisible();
				await shoot('refused');
				expect(saved.name).not.toBe('');
			});
});
