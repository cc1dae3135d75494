import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures.ts';
import type { App, NamedText } from './support/app.ts';
import { dropOnPage } from './support/drop.ts';

const csv = 'id,review,first review,stars\nr0,"Good ""cup""",a,5\nr1,"It\'s {cold}\n$5",b,1\n';

const withData = async (app: App): Promise<void> => {
	await app.open();
	await app.dropCsv('reviews.csv', csv);
};

const userMessage = (app: App, template = 1): Locator =>
	app.template(template).getByRole('textbox', { name: 'User message', exact: true });

const roles = (app: App, template = 1): Promise<string[]> =>
	app
		.template(template)
		.getByRole('combobox', { name: /^Role of message/ })
		.evaluateAll((all) => all.map((one) => (one as HTMLSelectElement).value));

const chooseTemplates = async (page: Page, files: readonly NamedText[]): Promise<void> => {
	await page
		.getByLabel('Template files')
		.setInputFiles(
			files.map(({ name, text }) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })),
		);
};

const fitsSideways = async (page: Page): Promise<void> => {
	const { wide, room } = await page.evaluate(() => ({
		wide: document.documentElement.scrollWidth,
		room: document.documentElement.clientWidth,
	}));
	expect(wide).toBeLessThanOrEqual(room);
};

test('messages of any role are added, moved by keyboard and sent in their order', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	await withData(app);
	await app.useEndpoint(endpoint.url);
	await app.writeModel('m');
	await app.writePrompt({ system: 'Rate {stars}.', user: 'Judge {review}' });
	const template = app.template(1);
	await app.button('Add message').click();
	await page.keyboard.type('So: {id}');
	await template.getByLabel('Role of message 3').selectOption('Developer');
	expect(await roles(app)).toEqual(['system', 'user', 'developer']);

	// The focus goes along with the message, so that the same key moves it on.
	await template.getByRole('button', { name: 'Move message 3 up' }).focus();
	await page.keyboard.press('Enter');
	await expect(template.getByRole('button', { name: 'Move message 2 up' })).toBeFocused();
	await page.keyboard.press('Enter');
	expect(await roles(app)).toEqual(['developer', 'system', 'user']);
	// At the top there is nowhere to go but down.
	await expect(template.getByRole('button', { name: 'Move message 1 down' })).toBeFocused();
	await expect(template.getByRole('button', { name: 'Move message 1 up' })).toBeDisabled();

	await app.start();
	await app.finished();
	const items = await app.downloadJson();
	expect(items[1]?.messages).toEqual([
		{ role: 'developer', content: 'So: r1' },
		{ role: 'system', content: 'Rate 1.' },
		{ role: 'user', content: "Judge It's {cold}\n$5" },
	]);
});

test('templates are moved, and the run goes in their new order', async ({ app, endpoint }) => {
	await withData(app);
	await app.useEndpoint(endpoint.url);
	await app.writeModel('m');
	await app.writePrompt({ user: 'first {id}' });
	await app.addTemplate();
	await app.writePrompt({ user: 'second {id}', template: 2 });
	await app.button('Move template 2 up').click();
	await expect(userMessage(app, 1)).toHaveValue('second {id}');
	await expect(app.button('Move template 1 down')).toBeFocused();
	await app.start();
	await app.finished();
	const items = await app.downloadJson();
	expect(items.map(({ messages }) => messages?.[0]?.content)).toEqual([
		...['second r0', 'second r1'],
		...['first r0', 'first r1'],
	]);
});

test.describe('a column’s name is completed while it is typed', () => {
	for (const width of [1280, 390])
		test(`${String(width)} px wide, by keyboard`, async ({ app }) => {
			const { page } = app;
			const { keyboard } = page;
			await page.setViewportSize({ width, height: 844 });
			await withData(app);
			const field = userMessage(app);
			const list = page.getByRole('listbox', { name: 'Columns' });
			const chosen = list.getByRole('option', { selected: true });
			await field.click();
			await keyboard.type('Judge {re');
			await expect(list.getByRole('option')).toHaveText(['review', 'first review']);
			await expect(chosen).toHaveText('review');
			await expect(field).toHaveAttribute(
				'aria-activedescendant',
				(await chosen.getAttribute('id')) ?? 'none',
			);
			await fitsSideways(page);
			await expectAccessible(page);
			await keyboard.press('ArrowDown');
			await expect(chosen).toHaveText('first review');
			await keyboard.press('Enter');
			await expect(field).toHaveValue('Judge {first review}');
			await expect(list).toBeHidden();

			await keyboard.type(' or {st');
			await keyboard.press('Tab');
			await expect(field).toHaveValue('Judge {first review} or {stars}');
			await expect(field).toBeFocused();
			await keyboard.press('Control+Z');
			await expect(field).toHaveValue('Judge {first review} or {st');
			await keyboard.press('Escape');
			await expect(list).toBeHidden();
			// Undo has selected again what the name took the place of.
			await keyboard.press('End');
			await keyboard.type('a');
			await expect(list).toBeHidden();
			await keyboard.type('rs} {');
			await expect(list.getByRole('option')).toHaveCount(4);
			// Behind a lone brace nothing is chosen yet: Enter is a new line.
			await keyboard.press('Enter');
			await expect(field).toHaveValue('Judge {first review} or {stars} {\n');
			await expect(list).toBeHidden();
		});

	test('by mouse, and inside JSON with doubled braces', async ({ app }) => {
		const { page } = app;
		await withData(app);
		const field = userMessage(app);
		await field.click();
		await page.keyboard.type('{{"stars": {s');
		await page.getByRole('listbox').getByRole('option', { name: 'stars' }).click();
		await page.keyboard.type('}}');
		await expect(field).toHaveValue('{{"stars": {stars}}}');
		await expect(page.getByRole('region', { name: 'Preview' })).toContainText('{"stars": 5}');
	});

	test('and what an input method composes is left to it', async ({ app }) => {
		const { page } = app;
		await app.open();
		await app.dropCsv('kana.csv', 'レビュー,id\nよい,1\n');
		const field = userMessage(app);
		await field.click();
		await page.keyboard.type('{');
		const list = page.getByRole('listbox', { name: 'Columns' });
		await expect(list).toBeVisible();
		const session = await page.context().newCDPSession(page);
		await session.send('Input.imeSetComposition', {
			text: 'レビ',
			selectionStart: 2,
			selectionEnd: 2,
		});
		await expect(list).toBeHidden();
		await session.send('Input.insertText', { text: 'レビ' });
		await expect(field).toHaveValue('{レビ');
		// What was composed is complete: the list is there, and Enter still not its own.
		await expect(list.getByRole('option')).toHaveText(['レビュー']);
		await expect(list.getByRole('option', { selected: true })).toHaveCount(0);
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('Enter');
		await expect(field).toHaveValue('{レビュー}');
	});
});

test('the preview steps through the rows and shows the request that is then sent', async ({
	app,
	endpoint,
	context,
}) => {
	const { page } = app;
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await withData(app);
	await app.useEndpoint(endpoint.url, 'sk-preview-key-0123456789');
	await app.writeModel('m');
	await app.set('Temperature', 0.5);
	await app.writePrompt({ system: 'Be {stars}', user: 'Judge {review}' });
	const preview = page.getByRole('region', { name: 'Preview' });
	await preview.getByRole('spinbutton', { name: 'Row shown' }).fill('2');
	await expect(preview).toContainText("Judge It's {cold}");

	await preview.getByRole('tab', { name: 'Request (JSON)' }).click();
	const request = preview.getByRole('group', { name: 'Request' });
	const body = {
		model: 'm',
		temperature: 0.5,
		messages: [
			{ role: 'system', content: 'Be 1' },
			{ role: 'user', content: "Judge It's {cold}\n$5" },
		],
	};
	await expect(request).toContainText('"Be 1"');
	expect(JSON.parse(await request.innerText())).toEqual(body);
	await expect(preview).toContainText(`POST ${endpoint.url}/chat/completions`);
	await expectAccessible(page);

	await preview.getByRole('tab', { name: 'Request (JSON)' }).press('ArrowRight');
	await expect(request).toContainText(`curl '${endpoint.url}/chat/completions'`);
	await expect(request).toContainText('-H "authorization: Bearer $API_KEY"');
	await expect(request).toContainText("Judge It'\\''s {cold}\\n$5");
	await preview.getByRole('button', { name: 'Copy' }).click();
	await expect(preview.getByRole('button', { name: 'Copied' })).toBeVisible();
	const copied = await page.evaluate(() => navigator.clipboard.readText());
	expect(copied).toMatch(/^curl /);

	await preview.getByRole('tab', { name: 'Python' }).click();
	await expect(request).toContainText('"authorization": "Bearer " + os.environ["API_KEY"]');
	await expect(request).toContainText('"content": "Judge It\'s {cold}\\n$5"');
	await preview.getByRole('button', { name: 'Previous row' }).click();
	await expect(request).toContainText('Good \\"cup\\"');
	expect(await page.content()).not.toContain('sk-preview-key');
	expect(endpoint.ledger.requests).toHaveLength(0);

	await app.start();
	await app.finished();
	const sent = endpoint.ledger.requests.map((one) => one.body);
	expect(sent).toContainEqual(body);
});

test('a preview that problems stand in the way of says so, and comes once they are mended', async ({
	app,
}) => {
	await app.open();
	await app.writePrompt({ user: 'Judge {review}' });
	await userMessage(app).press('Tab');
	await expect(app.template(1).locator('..')).toContainText('there is no data');
	const preview = app.page.getByRole('region', { name: 'Preview' });
	await preview.getByRole('tab', { name: 'curl' }).click();
	await expect(preview).toContainText('nothing is left to mend');
	await app.dropCsv('reviews.csv', csv);
	await expect(preview).toContainText('Judge Good');
	await expect(preview).toContainText('The Demo answers inside this page');
});

test.describe('templates are imported', () => {
	const open = async (app: App): Promise<Locator> => {
		await app.button('Import templates').click();
		return app.page.getByRole('dialog', { name: 'Import templates' });
	};

	test('from text, Markdown and JSON, exported, and read back the same', async ({ app }) => {
		const { page } = app;
		await withData(app);
		const dialog = await open(app);
		await chooseTemplates(page, [
			{ name: 'a.txt', text: 'Judge {review}\n' },
			{ name: 'b.md', text: '# Rate\n---\n{stars}\n' },
			{
				name: 'c.json',
				text: '[[{"role": "developer", "content": "Be {id}"}, {"role": "user", "content": "x"}], "plain {id}"]',
			},
		]);
		await expect(dialog.getByRole('status')).toContainText('4 templates from 3 files');
		await expectAccessible(page);
		await dialog.getByRole('button', { name: 'Import 4 templates' }).click();
		await expect(dialog).toBeHidden();
		await expect(userMessage(app, 1)).toHaveValue('Judge {review}');
		await expect(userMessage(app, 1)).toBeFocused();
		await expect(userMessage(app, 2)).toHaveValue('# Rate\n---\n{stars}');
		expect(await roles(app, 3)).toEqual(['developer', 'user']);
		await expect(userMessage(app, 4)).toHaveValue('plain {id}');

		const [download] = await Promise.all([
			page.waitForEvent('download'),
			app.button('Export templates').click(),
		]);
		expect(download.suggestedFilename()).toBe('templates.json');
		const exported = await readFile(await download.path(), 'utf8');
		expect(JSON.parse(exported)).toEqual([
			[{ role: 'user', content: 'Judge {review}' }],
			[{ role: 'user', content: '# Rate\n---\n{stars}' }],
			[
				{ role: 'developer', content: 'Be {id}' },
				{ role: 'user', content: 'x' },
			],
			[{ role: 'user', content: 'plain {id}' }],
		]);
		await open(app);
		await chooseTemplates(page, [{ name: 'templates.json', text: exported }]);
		await dialog.getByRole('radio', { name: /^Replace/ }).check();
		await dialog.getByRole('button', { name: 'Import 4 templates' }).click();
		const [again] = await Promise.all([
			page.waitForEvent('download'),
			app.button('Export templates').click(),
		]);
		expect(await readFile(await again.path(), 'utf8')).toBe(exported);
	});

	test('by dropping them on the prompts; a table dropped there is data as ever', async ({
		app,
	}) => {
		const { page } = app;
		await withData(app);
		await app.writePrompt({ user: 'mine {id}' });
		await dropOnPage(page, [{ name: 'one.md', text: 'dropped {review}' }], '.prompts');
		const dialog = page.getByRole('dialog', { name: 'Import templates' });
		await dialog.getByRole('button', { name: 'Import 1 template' }).click();
		await expect(userMessage(app, 1)).toHaveValue('mine {id}');
		await expect(userMessage(app, 2)).toHaveValue('dropped {review}');
		await dropOnPage(page, [{ name: 'other.csv', text: 'id,review\n1,x\n' }], '.prompts');
		await expect(page.getByRole('region', { name: 'First rows of other.csv' })).toBeVisible();
	});

	test('from a column of a file, or of the data', async ({ app }) => {
		const { page } = app;
		await withData(app);
		let dialog = await open(app);
		await chooseTemplates(page, [
			{ name: 'p.csv', text: 'name;text\na;"One; {id}"\nb;\nc;Two {id}\n' },
		]);
		await dialog.getByRole('combobox', { name: 'Column of p.csv' }).selectOption('text');
		await expect(dialog.getByRole('status')).toContainText('1 of its cells are empty');
		await dialog.getByRole('button', { name: 'Import 2 templates' }).click();
		await expect(userMessage(app, 1)).toHaveValue('One; {id}');
		await expect(userMessage(app, 2)).toHaveValue('Two {id}');

		dialog = await open(app);
		await dialog.getByRole('button', { name: 'Use a column of reviews.csv' }).click();
		await dialog.getByRole('combobox', { name: 'Column of reviews.csv' }).selectOption('review');
		await dialog.getByRole('button', { name: 'Import 2 templates' }).click();
		await expect(userMessage(app, 3)).toHaveValue('Good "cup"');
	});

	test('not where something is wrong with them: where, and what to do', async ({ app }) => {
		const { page } = app;
		await app.open();
		const dialog = await open(app);
		await chooseTemplates(page, [
			{ name: 'a.jsonl', text: '"fine"\n{"role": "user", "content": "x"}\n' },
			{ name: 'b.json', text: '[{"role": "bot", "content": "x"}]' },
		]);
		const alert = dialog.getByRole('alert');
		await expect(alert).toContainText('a.jsonl, line 2 is a single message.');
		await expect(alert).toContainText('b.json, message 1 has the role "bot".');
		await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeDisabled();
		await dialog.getByRole('button', { name: 'Cancel' }).click();
		await expect(app.button('Import templates')).toBeFocused();
	});

	for (const [colorScheme, width] of [
		['light', 1280],
		['dark', 390],
	] as const)
		test.describe(`ten thousand of them, ${colorScheme}, ${String(width)} px wide`, () => {
			test.use({ colorScheme, viewport: { width, height: 844 } });

			test('stay usable: pages of lines, one open, and any of them gone to', async ({ app }) => {
				const { page } = app;
				await app.open();
				await app.dropCsv('one.csv', 'id\n1\n');
				const dialog = await open(app);
				const lines = Array.from({ length: 10_000 }, (_, i) =>
					JSON.stringify(i === 8_765 ? `wrong {nowhere}` : `Prompt ${String(i + 1)} of {id}`),
				);
				await chooseTemplates(page, [{ name: 'many.jsonl', text: lines.join('\n') }]);
				await dialog.getByRole('button', { name: 'Import 10,000 templates' }).click();
				await expect(page.getByText('1–20 of 10,000 templates')).toBeVisible();
				await expect(page.getByText('10,000 requests').first()).toBeVisible();
				await expect(page.getByRole('group', { name: /^Template \d+$/ })).toHaveCount(1);
				await expectAccessible(page);
				await fitsSideways(page);

				await page.getByRole('spinbutton', { name: 'Go to template' }).fill('9999');
				await page.keyboard.press('Enter');
				await expect(userMessage(app, 9_999)).toBeFocused();
				await page.keyboard.press('End');
				await page.keyboard.type('!');
				await expect(page.getByRole('region', { name: 'Preview' })).toContainText(
					'Prompt 9999 of 1!',
				);
				await page.getByRole('button', { name: /^Template 10000\b/ }).click();
				await expect(userMessage(app, 10_000)).toHaveValue('Prompt 10000 of {id}');

				// The link leads to a template that was on another page.
				await app.startButton.click();
				await app.alert.getByRole('link', { name: /Template 8766 uses \{nowhere\}/ }).click();
				await expect(userMessage(app, 8_766)).toBeFocused();
				await page.getByRole('button', { name: 'Remove template 8766' }).click();
				await expect(page.getByText('of 9,999 templates')).toBeVisible();
			});
		});
});

test('variables, braces that are text and names of no column are told apart in words too', async ({
	app,
}) => {
	await withData(app);
	await app.writePrompt({ user: '{review} {reveiw} {"a": 1} {{x}}' });
	const template = app.template(1);
	await expect(template).toContainText('{reveiw} names no column');
	await expect(template).toContainText('{ } sent as text');
	await expect(template).toContainText('{{ }} sent as single braces');
	await app.writePrompt({ user: '{review}' });
	await expect(template).not.toContainText('sent as');
});

test('a message that is being written in may leave the page', async ({ app, page }) => {
	const errors: string[] = [];
	page.on('pageerror', ({ message }) => errors.push(message));
	await withData(app);
	const message = userMessage(app, 1);
	await message.fill('{review} {revi');
	await expect(page.getByRole('listbox')).toBeVisible();
	// As assistive technology presses a button: the focus stays in the field.
	await page.getByRole('button', { name: 'Remove message 2' }).dispatchEvent('click');
	await expect(page.getByRole('listbox')).toBeHidden();
	await app.writePrompt({ system: '{review}' });
	await app.startButton.dispatchEvent('click');
	await expect(app.progressBar).toBeVisible();
	expect(errors).toEqual([]);
});
