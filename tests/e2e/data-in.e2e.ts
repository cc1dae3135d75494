import { expect, expectAccessible, test } from './fixtures.ts';
import type { App } from './support/app.ts';
import { savedDraft } from './support/saved-draft.ts';

const cell = (app: App, text: string) => app.page.getByRole('cell', { name: text, exact: true });

/** As a browser hands over what was copied elsewhere. */
/** Whether the page took it. */
const paste = (app: App, text: string, html = '', where = 'body'): Promise<boolean> =>
	app.page.locator(where).evaluate(
		(element, copied) => {
			const clipboardData = new DataTransfer();
			clipboardData.setData('text/plain', copied.text);
			if (copied.html !== '') clipboardData.setData('text/html', copied.html);
			const event = { clipboardData, bubbles: true, cancelable: true };
			return !element.dispatchEvent(new ClipboardEvent('paste', event));
		},
		{ text, html },
	);

test('JSON and JSONL become rows, and their values arrive in the prompt as they are', async ({
	app,
	endpoint,
}) => {
	await app.open();
	await app.chooseFiles([
		{
			name: 'reviews.json',
			text: '[{"id": 7, "text": "fine"}, {"id": 8, "text": null, "tags": ["a", "b"]}]',
		},
		{ name: 'more.jsonl', text: '{"text":"more","id":12345678901234567890,"tags":{}}\n' },
	]);
	await expect(cell(app, 'more.jsonl')).toBeVisible();
	await app.useEndpoint(endpoint.url);
	await app.writeModel('m');
	await app.writePrompt({ user: '{id}|{text}|{tags}' });
	await app.start();
	await app.finished();
	expect((await app.downloadJson()).map(({ messages }) => messages?.[0]?.content)).toEqual([
		'7|fine|',
		'8||["a","b"]',
		'12345678901234567890|more|{}',
	]);
});

test('a broken line of JSON is named', async ({ app }) => {
	await app.open();
	await app.chooseFiles([{ name: 'a.jsonl', text: '{"a":1}\n{"a":\n' }]);
	await expect(app.alert.first()).toContainText('a.jsonl, line 2: it is not valid JSON');
});

test('a table without a header is read so, and the choice can be changed', async ({ app }) => {
	await app.open();
	await app.chooseFiles([{ name: 'bare.csv', text: '17,Ann\n18,Bob\n' }]);
	await expect(app.page.getByRole('columnheader', { name: 'column 2' })).toBeVisible();
	await expect(app.page.getByText(/seems to have no header row/)).toBeVisible();
	await app.page.getByText('Not read right?', { exact: true }).click();
	await app.page.getByRole('combobox', { name: 'Header row' }).selectOption({ label: 'Yes' });
	await expect(app.page.getByRole('columnheader', { name: 'Ann' })).toBeVisible();
	await expect(cell(app, 'Bob')).toBeVisible();
});

test('any character can be the delimiter, and any encoding the list has the text’s', async ({
	app,
}) => {
	await app.open();
	const bytes = Buffer.from([...Buffer.from('id~word\n1~'), 0xbf, 0xf3, 0xb3, 0xe6, 0x0a]);
	await app.chooseFiles([{ name: 'odd.txt', buffer: bytes }]);
	await expect(app.page.getByText(/not UTF-8; it was read as Windows-1252/)).toBeVisible();
	await app.page.getByText('Not read right?', { exact: true }).click();
	await app.page.getByRole('combobox', { name: 'Delimiter' }).selectOption({ label: 'Other…' });
	const character = app.page.getByRole('textbox', { name: 'Delimiter character' });
	await character.fill('~');
	await character.press('Tab');
	await expect(app.page.getByRole('columnheader', { name: 'word', exact: true })).toBeVisible();
	await app.page
		.getByRole('combobox', { name: 'Text encoding' })
		.selectOption({ label: 'Windows-1250' });
	await expect(cell(app, 'żółć')).toBeVisible();
});

test('rows that do not fit are kept, skipped or mended, and each decision can be taken back', async ({
	app,
}) => {
	await app.open();
	await app.dropCsv('odd.csv', 'id,text\n1,fine\n2\n3,"a "bad" quote"\n4,x,y\n');
	const odd = app.page.getByRole('group', { name: '3 rows do not fit' });
	await expect(odd.getByRole('radio', { name: 'Keep' })).toBeChecked();
	await expectAccessible(app.page);

	await odd.getByRole('radio', { name: 'Skip these rows' }).check();
	await expect(app.page.getByText(/3 rows that do not fit were skipped: 2, 3 and 4/)).toBeVisible();
	await expect(app.page.getByText(/odd\.csv · 1 row/)).toBeVisible();
	await odd.getByRole('radio', { name: 'Keep' }).check();
	await expect(app.page.getByText(/odd\.csv · 4 rows/)).toBeVisible();

	await odd.getByRole('button', { name: 'Fix…' }).click();
	const dialog = app.page.getByRole('dialog', { name: 'Rows that do not fit' });
	await expect(dialog.getByRole('textbox')).toHaveCount(3);
	await expectAccessible(app.page);
	await dialog.getByRole('textbox', { name: /^Row 2: 1 cell where 2 fit/ }).fill('2,mended');
	await dialog.getByRole('textbox', { name: /^Row 4/ }).fill('4,"x,y"');
	await dialog.getByRole('button', { name: 'Read again' }).click();
	await expect(cell(app, 'mended')).toBeVisible();
	await expect(cell(app, 'x,y')).toBeVisible();
	const one = app.page.getByRole('group', { name: '1 row does not fit' });
	await expect(one.getByText('2 rows mended by hand.')).toBeVisible();
	await one.getByRole('button', { name: 'Undo' }).click();
	await expect(odd).toBeVisible();
	await expect(cell(app, 'mended')).toBeHidden();
});

test('rows to be mended name their file, whatever files were dropped with it', async ({ app }) => {
	await app.open();
	await app.chooseFiles([
		{ name: 'a.csv', text: 'id,text\n1,x\n' },
		{ name: 'other.csv', text: 'town\nOslo\n' },
		{ name: 'b.csv', text: 'id,text\n2\n' },
		{ name: 'c.csv', text: 'id,text\n3,z\n' },
	]);
	await app.button('Fix…').click();
	const dialog = app.page.getByRole('dialog', { name: 'Rows that do not fit' });
	await dialog.getByRole('textbox', { name: /^Row 1 of b\.csv/ }).fill('2,mended');
	await dialog.getByRole('button', { name: 'Read again' }).click();
	await expect(cell(app, 'mended')).toBeVisible();
});

test('how a table was read is known after a reload, though its file is gone', async ({ app }) => {
	await app.open();
	await app.dropCsv('odd.csv', 'id,text\n1,fine\n2\n');
	const odd = app.page.getByRole('group', { name: '1 row does not fit' });
	const datasetId = async () => /"datasetId":"[^"]+"/.exec(await savedDraft(app.page))?.[0];
	await expect.poll(datasetId).toBeDefined();
	const asKept = await datasetId();
	await odd.getByRole('radio', { name: 'Skip these rows' }).check();
	await expect(app.page.getByText(/odd\.csv · 1 row/)).toBeVisible();
	await expect.poll(datasetId).not.toBe(asKept);
	await app.page.reload();
	await expect(odd.getByRole('radio', { name: 'Skip these rows' })).toBeChecked();
	await expect(odd.getByRole('radio', { name: 'Keep' })).toBeDisabled();
	await expect(app.page.getByText(/choose it again to decide otherwise/)).toBeVisible();
});

test('a file that is refused can be read otherwise on the spot', async ({ app }) => {
	await app.open();
	await app.chooseFiles([{ name: 'one.csv', text: 'only,"row"\n' }]);
	await expect(app.alert.first()).toContainText('one.csv has a header but no rows');
	await app.page.getByRole('combobox', { name: 'Header row' }).selectOption('no');
	await expect(cell(app, 'row')).toBeVisible();
	await expect(app.alert).toBeHidden();
	await app.page.getByRole('combobox', { name: 'Quotes (")' }).selectOption({ label: 'Are text' });
	await expect(cell(app, '"row"')).toBeVisible();
});

test('files with other columns are datasets to choose from, and earlier ones stay at hand', async ({
	app,
}) => {
	await app.open();
	await app.dropOnPage([
		{ name: 'people.csv', text: 'id,name\n1,Ann\n' },
		{ name: 'towns.csv', text: 'id,town\n1,Rome\n2,Oslo\n' },
	]);
	await expect(cell(app, 'Ann')).toBeVisible();
	await expect(app.page.getByText(/towns\.csv has no column “name”/)).toBeVisible();
	const choice = app.page.getByRole('combobox', { name: 'Dataset' });
	await choice.selectOption({ label: 'towns.csv · 2 rows' });
	await expect(cell(app, 'Oslo')).toBeVisible();
	await app.writePrompt({ user: '{town}' });
	await expect(app.page.getByText(/× 2 rows/).first()).toBeVisible();

	await app.button('Remove').click();
	await choice.selectOption({ label: 'people.csv · 1 row' });
	await expect(cell(app, 'Ann')).toBeVisible();
});

test.describe('rows can be pasted', () => {
	const excel = 'id\ttext\r\n1\t"two\nlines"\r\n2\t"hi" he said\r\n';

	test('on the page, as a spreadsheet gives them', async ({ app }) => {
		await app.open();
		await paste(app, excel, '<table><tr><td>id</td></tr></table>');
		await expect(app.page.getByText(/Pasted rows · 2 rows/)).toBeVisible();
		await expect(cell(app, '"hi" he said')).toBeVisible();
		await expect(app.page.getByRole('cell', { name: /two\s+lines/ })).toBeVisible();
	});

	test('but not a sentence, nor what is meant for a text field', async ({ app }) => {
		await app.open();
		expect(await paste(app, 'one sentence, with a comma')).toBe(false);
		expect(await paste(app, 'id\ttext\n1\tx\n', '', 'textarea >> nth=0')).toBe(false);
		expect(await paste(app, 'id\tlast\n1\tx\n')).toBe(true);
		await expect(app.page.getByRole('columnheader', { name: 'last' })).toBeVisible();
		await expect(app.page.getByRole('combobox', { name: 'Dataset' })).toBeHidden();
	});

	test('in a dialog', async ({ app }) => {
		await app.open();
		await app.button('Paste rows').click();
		const dialog = app.page.getByRole('dialog', { name: 'Paste rows' });
		await expect(dialog).toBeVisible();
		await expectAccessible(app.page);
		await dialog.getByRole('textbox').fill('id;text\n1;a, b\n');
		await dialog.getByRole('button', { name: 'Use these rows' }).click();
		await expect(dialog).toBeHidden();
		await expect(cell(app, 'a, b')).toBeVisible();
		await expect(app.page.getByText(/Pasted rows · 1 row/)).toBeVisible();
	});
});
