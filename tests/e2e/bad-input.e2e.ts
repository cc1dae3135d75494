import { expect, test } from './fixtures.ts';

const png = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);

test.describe('a file that cannot be read is refused in words, and the data there stay', () => {
	for (const [what, name, buffer, words] of [
		['an image', 'photo.png', png, /photo\.png is not a table/],
		['an empty file', 'empty.csv', Buffer.alloc(0), /empty\.csv is empty/],
		['a header alone', 'head.csv', Buffer.from('id,text\n'), /head\.csv .*(no rows|header)/],
		[
			'a cell past the limit',
			'long.csv',
			Buffer.from(`id,text\n1,fine\n2,${'x'.repeat(1_000_001)}\n`),
			/long\.csv.*row 2.*text/,
		],
	] as const)
		test(what, async ({ app }) => {
			await app.open();
			await app.dropCsv('good.csv', 'id,text\n1,kept\n');
			await expect(app.page.getByRole('cell', { name: 'kept' })).toBeVisible();
			await app.chooseFiles([{ name, buffer }]);
			await expect(app.alert.first()).toContainText(words);
			await expect(app.page.getByRole('cell', { name: 'kept' })).toBeVisible();
		});
});

test.describe('a file as people have it is read right', () => {
	for (const [what, buffer, cells] of [
		['a BOM and CRLF', Buffer.from('\uFEFFid,text\r\n1,café\r\n'), ['1', 'café']],
		['semicolons', Buffer.from('id;text\n1;a, b\n2;c, d\n'), ['1', 'a, b']],
		['tabs', Buffer.from('id\ttext\n1\ta, b\n'), ['1', 'a, b']],
		['UTF-16', Buffer.from('\uFEFFid,text\n1,żółć\n', 'utf16le'), ['1', 'żółć']],
		['Windows-1252', Buffer.from('id,text\n1,caf\u00e9\n', 'latin1'), ['1', 'café']],
	] as const)
		test(what, async ({ app }) => {
			await app.open();
			await app.chooseFiles([{ name: 'data.csv', buffer }]);
			for (const cell of cells)
				await expect(app.page.getByRole('cell', { name: cell, exact: true }).first()).toBeVisible();
		});

	test('a quote that is never closed: its row is told, and can be mended', async ({ app }) => {
		await app.open();
		await app.dropCsv('quote.csv', 'id,text\n1,fine\n2,"never" closed\n3,x\n');
		await expect(app.page.getByText(/quote \("\) .* never closed, in 1 row: 2/)).toBeVisible();
		await expect(app.page.getByRole('cell', { name: '"never" closed', exact: true })).toBeVisible();
		await app.button('Fix…').click();
		const dialog = app.page.getByRole('dialog', { name: 'Rows that do not fit' });
		await dialog.getByRole('textbox').fill('2,was closed');
		await dialog.getByRole('button', { name: 'Read again' }).click();
		await expect(app.page.getByRole('cell', { name: 'was closed', exact: true })).toBeVisible();
		await expect(app.page.getByText(/never closed, in/)).toBeHidden();
	});

	test('ragged rows, repeated, empty and __proto__ headers: all kept, and said', async ({
		app,
		endpoint,
	}) => {
		await app.open();
		await app.dropCsv('odd.csv', 'id,text,text,,__proto__\n1,a,b,c,d\n2,e\n3,f,g,h,i,extra\n');
		await expect(app.page.getByText(/text_2/).first()).toBeVisible();
		await expect(app.page.getByText(/more cells than the header: 3/)).toBeVisible();
		await expect(app.page.getByText(/fewer cells than the header: 2/)).toBeVisible();
		await app.useEndpoint(endpoint.url);
		await app.writeModel('m');
		await app.writePrompt({ user: '{text}|{text_2}|{column_4}|{__proto__}' });
		await app.start();
		await app.finished();
		const items = await app.downloadJson();
		expect(items.map(({ messages }) => messages?.[0]?.content)).toEqual([
			'a|b|c|d',
			'e|||',
			'f|g|h|i',
		]);
		expect(Object.keys(items[0]?.row ?? {})).toEqual([
			'id',
			'text',
			'text_2',
			'column_4',
			'__proto__',
			'column_6',
		]);
		expect(items[2]?.row['column_6']).toBe('extra');
	});

	test('an encoding that was guessed wrong can be chosen', async ({ app }) => {
		await app.open();
		await app.chooseFiles([
			{ name: 'data.csv', buffer: Buffer.from('id,text\n1,caf\u00e9\n', 'latin1') },
		]);
		await expect(app.page.getByText(/Windows-1252/).first()).toBeVisible();
		await app.page.getByText('Not read right?').click();
		await app.page
			.getByRole('combobox', { name: 'Text encoding' })
			.selectOption({ label: 'UTF-8' });
		await expect(app.page.getByRole('cell', { name: 'caf\uFFFD' })).toBeVisible();
		await expect(app.page.getByText(/UTF-8/).first()).toBeVisible();
	});
});

test('every problem is shown at once, at its field, when Start is pressed', async ({
	app,
	endpoint,
}) => {
	await app.open();
	await app.dropCsv('reviews.csv', 'id,review\n1,fine\n');
	await app.useEndpoint('api.example.com/v1');
	await app.writeModel('m');
	await app.writePrompt({ user: '{reveiw}' });
	await app.set('Completions per prompt', 0);
	await app.startButton.click();
	for (const words of [/has no scheme/, /Did you mean \{review\}\?/, /whole number from 1/])
		await expect(app.alert.filter({ hasText: words }).first()).toBeVisible();
	await expect(app.page.getByRole('textbox', { name: 'Base URL' })).toHaveAttribute(
		'aria-invalid',
		'true',
	);
	await expect(app.progressBar).toBeHidden();

	await app.useEndpoint(`${endpoint.url}/chat/completions/`);
	await app.writePrompt({ user: '{review}' });
	await app.set('Completions per prompt', 1);
	await app.start();
	await app.finished();
	expect(endpoint.ledger.requests[0]?.path).toBe('/v1/chat/completions');
});

test('parameters that are no JSON are refused; a prompt without a variable only gets a hint', async ({
	app,
	endpoint,
}) => {
	await app.open();
	await app.dropCsv('two.csv', 'id\n1\n2\n');
	await app.useEndpoint(endpoint.url);
	await app.writeModel('m');
	await app.writePrompt({ user: 'Toss a coin' });
	await expect(app.page.getByText(/same prompt is sent for every row/)).toBeVisible();
	await app.writeOtherParameters('{top_p: 1}');
	await app.startButton.click();
	await expect(app.alert.first()).toContainText('not valid JSON');
	await app.writeOtherParameters('{"top_p": 0.5, "seed": 7}');
	await app.start();
	await app.finished();
	expect(endpoint.ledger.requests.map(({ body }) => body)).toMatchObject([
		{ top_p: 0.5, seed: 7 },
		{ top_p: 0.5, seed: 7 },
	]);
});

test('no data: one request', async ({ app, endpoint }) => {
	await app.open();
	await app.useEndpoint(endpoint.url);
	await app.writeModel('m');
	await app.chooseEndpoint('Completions');
	await app.writePrompt({ prompt: 'Say {"a": {"b": 1}}' });
	await app.start();
	await app.finished();
	expect(
		(await app.downloadJson()).map(({ id, prompt, response }) => [id, prompt, response]),
	).toEqual([['0', 'Say {"a": {"b": 1}}', 'echo: Say {"a": {"b": 1}} #0']]);
});

test('files can be dropped anywhere on the page, and several with the same columns are stacked', async ({
	app,
}) => {
	await app.open();
	await app.dropOnPage([
		{ name: 'a.csv', text: 'id,text\n1,one\n' },
		{ name: 'b.csv', text: 'text,id\ntwo,2\n' },
	]);
	await expect(app.page.getByRole('cell', { name: 'two', exact: true })).toBeVisible();
	await expect(app.page.getByRole('cell', { name: 'b.csv' })).toBeVisible();
	await app.dropOnPage([
		{ name: 'c.csv', text: 'id,text\n1,one\n' },
		{ name: 'd.csv', text: 'id,words\n1,x\n' },
	]);
	await expect(app.page.getByText(/d\.csv has no column “text”/)).toBeVisible();
	await app.page
		.getByRole('combobox', { name: 'Dataset' })
		.selectOption({ label: 'd.csv · 1 row' });
	await expect(app.page.getByRole('columnheader', { name: 'words' })).toBeVisible();
});

test('the same thing to say twice is said, and the page goes on', async ({ app, endpoint }) => {
	const { page } = app;
	const errors: string[] = [];
	page.on('pageerror', ({ message }) => errors.push(message));
	await app.open();
	const twice = { name: 'r.csv', text: 'id,review\n1,good\n\n2,bad\n' };
	await app.dropOnPage([twice, twice]);
	await expect(page.getByRole('combobox', { name: 'ID column' })).toBeVisible();
	await app.writePrompt({ system: 'Judge {{review}}', user: 'This: {{review}}' });
	await expect(page.getByText('{review}').first()).toBeVisible();
	await app.useEndpoint(endpoint.url);
	await app.writeModel('m');
	await app.button('Add model').click();
	await page.getByLabel('Model 2', { exact: true }).fill('m');
	await app.dropOnPage([
		{ name: 'empty.csv', text: '' },
		{ name: 'empty.csv', text: '' },
	]);
	await expect(app.alert.first()).toContainText('empty.csv is empty');
	await expect(page.getByRole('combobox', { name: 'ID column' })).toBeVisible();
	await expect(page.getByText('Something in Volley went wrong')).toHaveCount(0);
	expect(errors).toEqual([]);
});

test('a row that was mended into two that do not fit is mended again as one', async ({ app }) => {
	const { page } = app;
	await app.open();
	await app.dropOnPage([{ name: 'r.csv', text: 'id,text\n1\n2,b\n' }]);
	const dialog = page.getByRole('dialog');
	const row = dialog.getByRole('textbox', { name: /^Row 1:/ });
	await app.button('Fix…').click();
	await row.fill('x\ny');
	await dialog.getByRole('button', { name: 'Read again' }).click();
	await expect(dialog).toBeHidden();
	await app.button('Fix…').click();
	await expect(row).toHaveValue('x\ny');
	await row.fill('1,a');
	await dialog.getByRole('button', { name: 'Read again' }).click();
	await expect(app.button('Fix…')).toHaveCount(0);
	await expect(page.getByRole('cell', { name: 'a', exact: true })).toBeVisible();
});
