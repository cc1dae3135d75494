import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { expectAccessible } from './support/accessible.ts';
import { App, type NamedText } from './support/app.ts';
import { dropOnPage } from './support/drop.ts';

const rows = 'key,review\nr1,Very good\nr2,"Not ""good"", at all"\n';
const secret = 'sk-test-never-in-a-file';

async function exported(app: App, ...ticked: readonly RegExp[]): Promise<NamedText> {
	await app.button('Share').click();
	for (const name of ticked) await app.page.getByRole('checkbox', { name }).check();
	const [download] = await Promise.all([
		app.page.waitForEvent('download'),
		app.button('Export setup').click(),
	]);
	const text = await readFile(await download.path(), 'utf8');
	return { name: download.suggestedFilename(), text };
}

async function openSetup(page: Page, { name, text }: NamedText): Promise<void> {
	await page.getByRole('button', { name: 'Share', exact: true }).click();
	await page
		.getByLabel('Setup file')
		.setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
}

async function compose(app: App, url: string): Promise<void> {
	await app.open();
	await app.dropCsv('reviews.csv', rows);
	await app.chooseIdColumn('key');
	await app.useEndpoint(url, secret);
	await app.writeModel('m-1');
	await app.writePrompt({ system: 'Be brief.', user: 'Judge {review}' });
	await app.addTemplate();
	await app.writePrompt({ user: 'Again: {review}', template: 2 });
	await app.set('Completions per prompt', 2);
	await app.set('Max tokens', 50);
	await app.set('Context window (tokens)', 4_000);
	await app.writeOtherParameters('{"top_p": 0.5}');
	await app.page.getByRole('textbox', { name: 'Run name' }).fill('Coffee');
}

test('a setup with its data is opened in another browser and runs the same there', async ({
	app,
	endpoint,
	browser,
}) => {
	await compose(app, endpoint.url);
	const file = await exported(app, /^Include the data/);
	expect(file.name).toBe('Coffee.volley.json');
	expect(file.text).not.toContain(secret);
	expect(file.text).toContain('Not \\"good\\", at all');
	await app.start();
	await app.finished();
	const here = await app.downloadJson();

	const context = await browser.newContext();
	const there = new App(await context.newPage());
	await there.open();
	await openSetup(there.page, file);
	await expect(there.status.filter({ hasText: '“Coffee.volley.json” is open.' })).toBeVisible();
	await expectAccessible(there.page);
	await expect(there.page.getByRole('cell', { name: 'Very good' })).toBeVisible();
	await there.start();
	await there.finished();
	const items = await there.downloadJson();
	const sent = (list: typeof items): unknown =>
		list.map(({ id, messages, model_args, choice_index, prompt_args }) => [
			...[id, messages, model_args, choice_index, prompt_args],
		]);
	expect(sent(items)).toEqual(sent(here));
	expect(items).toHaveLength(8);
	await context.close();
});

test('without the data it goes over what is here, says which columns lack, and can be undone', async ({
	app,
	endpoint,
}) => {
	await compose(app, endpoint.url);
	const file = await exported(app);
	expect(file.text).not.toContain('Very good');

	await app.page.reload();
	await expect(app.startButton).toBeVisible();
	await app.dropCsv('other.csv', 'id,text\n1,hello\n');
	await app.writePrompt({ user: 'My own {text}' });
	await app.dropOnPage([file]);
	const notice = app.status.filter({ hasText: 'is open' });
	await expect(notice).toContainText('other.csv does not have its columns “review” and “key”.');
	await expect(app.template(2).getByRole('textbox', { name: 'User message' })).toHaveValue(
		'Again: {review}',
	);
	await expect(app.page.getByText(/no such column/).first()).toBeVisible();

	await notice.getByRole('button', { name: 'Undo' }).click();
	await expect(app.template(1).getByRole('textbox', { name: 'User message' })).toHaveValue(
		'My own {text}',
	);
	await expect(app.page.getByRole('cell', { name: 'hello' })).toBeVisible();
	await expect(notice).toBeHidden();
});

test('a file that is no setup is refused in words, and nothing is lost', async ({ app }) => {
	await app.open();
	await app.writePrompt({ user: 'My own words' });
	const file = await exported(app);
	const cases: readonly (readonly [string, RegExp])[] = [
		['{"format": "volley-setup", "version": 1,', /not valid JSON, line 1, column 41/],
		[file.text.replace('"version": 1', '"version": 2'), /newer version of Volley/],
		[file.text.replace('"name"', '"__proto__"'), /is not known to this version/],
		['[1, 2]', /not a setup that Volley has written/],
		['['.repeat(200_000), /is nested more than 250 levels deep/],
	];
	for (const [text, words] of cases) {
		await dropOnPage(app.page, [{ name: 'bad.volley.json', text }]);
		await expect(app.alert).toContainText('“bad.volley.json” could not be opened.');
		await expect(app.alert).toContainText(words);
		await app.button('Dismiss').click();
		await expect(app.alert).toBeHidden();
	}
	await expect(app.template(1).getByRole('textbox', { name: 'User message' })).toHaveValue(
		'My own words',
	);
	await expectAccessible(app.page);
	await app.button('Share').click();
	await expect(app.button('Export setup')).toBeEnabled();
	await expectAccessible(app.page);
});
