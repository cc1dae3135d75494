import type { Page } from '@playwright/test';
import { textAt } from '#domain/json.ts';
import type { ResultItem } from '#domain/result-item.ts';
import { echoText } from '../endpoint/echo.ts';
import { expect, expectAccessible, test } from './fixtures.ts';
import type { App } from './support/app.ts';

interface SheetRow {
	readonly id: string;
	readonly text: string;
	readonly heat: string;
	readonly which: string;
}

/** 60 rows: every fourth without text, ids that repeat once, a temperature and a model of their own in some. */
const sheet: readonly SheetRow[] = Array.from({ length: 60 }, (_, i) => ({
	id: i === 41 ? 'r7' : `r${String(i)}`,
	text: i % 4 === 3 ? '' : `${i % 2 === 0 ? 'Spam' : 'ham'} ${String(i)}`,
	heat: ['', '0', '1.5'][i % 3] ?? '',
	which: ['', 'm-large', 'm-small'][i % 3] ?? '',
}));
const csv = (rows = sheet): string =>
	['id,text,heat,which', ...rows.map((row) => Object.values(row).join(','))].join('\n');

const plan = (app: App) => app.page.locator('header .plan');
const choose = (page: Page, label: string) =>
	page.getByRole('combobox', { name: 'Rows', exact: true }).selectOption({ label });
const spin = (page: Page, name: string) => page.getByRole('spinbutton', { name, exact: true });

async function opened(app: App, url: string, prompt = 'Say {id} {text}'): Promise<void> {
	await app.open();
	await app.dropCsv('sheet.csv', csv());
	await app.useEndpoint(url, 'sk-test-key-0123456789');
	await app.writeModel('m-base');
	await app.writePrompt({ user: prompt });
}

async function ran(app: App): Promise<readonly ResultItem[]> {
	await app.start();
	await app.finished();
	return app.downloadJson();
}

/** What the results file says of each row, as far as it can be known beforehand. */
const told = (items: readonly ResultItem[]): unknown[] =>
	items.map(({ id, prompt_index, row_index, model_index, choice_index, response, row, error }) => ({
		...{ id, prompt_index, row_index, model_index, choice_index, response, row, error },
	}));

const expected = (row_index: number, prompt = 'Say {id} {text}', prompt_index = 0) => {
	const row = sheet[row_index];
	if (row === undefined) throw new Error(`There is no row ${String(row_index)}`);
	const sent = prompt.replace('{id}', row.id).replace('{text}', row.text);
	return {
		...{ id: row.id, prompt_index, row_index, model_index: 0, choice_index: 0 },
		...{ response: echoText(sent, 0), row, error: null },
	};
};

test('the first rows, a range and rows with text are sent alone, and keep their numbers', async ({
	app,
	endpoint,
}) => {
	await opened(app, endpoint.url);
	await choose(app.page, 'First rows');
	await spin(app.page, 'How many').fill('5');
	await expect(plan(app)).toContainText('1 template × 5 of 60 rows × 1 model = 5 requests');
	await expect(app.page.getByText('of 5', { exact: false }).first()).toBeVisible();

	await choose(app.page, 'Range of rows');
	await spin(app.page, 'From row').fill('59');
	await expect(plan(app)).toContainText('2 of 60 rows');
	await spin(app.page, 'From row').fill('61');
	await spin(app.page, 'From row').press('Tab');
	await expect(app.page.getByText('Row 61 is past the end: there are 60 rows.')).toBeVisible();

	await choose(app.page, 'Rows with text in a column');
	await app.page.getByRole('combobox', { name: 'Column', exact: true }).selectOption('text');
	await app.page.getByRole('textbox', { name: 'Text', exact: true }).fill('SPAM 4');
	await expect(plan(app)).toContainText('6 of 60 rows × 1 model = 6 requests');
	await expect(app.page.getByRole('spinbutton', { name: 'Row shown' })).toHaveAttribute('max', '6');
	await expectAccessible(app.page);

	const numbers = [4, 40, 42, 44, 46, 48];
	expect(told(await ran(app))).toEqual(numbers.map((row) => expected(row)));
	expect(endpoint.ledger.requests).toHaveLength(6);
});

test('a random sample is the same for the same seed, also in a copy of the run', async ({
	app,
	endpoint,
}) => {
	await opened(app, endpoint.url);
	await choose(app.page, 'Random sample');
	await spin(app.page, 'How many').fill('8');
	await spin(app.page, 'Seed').fill('42');
	const once = told(await ran(app));
	expect(once).toHaveLength(8);

	await app.page.getByRole('tab', { name: 'Setup' }).click();
	await expect(app.page.getByText('8: a random sample, seed 42')).toBeVisible();
	await app.button('edit a copy').click();
	await expect(spin(app.page, 'Seed')).toHaveValue('42');
	expect(told(await ran(app))).toEqual(once);

	await app.page.getByRole('tab', { name: 'Setup' }).click();
	await app.button('edit a copy').click();
	await app.button('Draw others').click();
	await expect(spin(app.page, 'Seed')).toHaveValue('43');
	expect(told(await ran(app))).not.toEqual(once);
});

test('repeated and blank ids are told, and refuse nothing', async ({ app, endpoint }) => {
	await opened(app, endpoint.url);
	await expect(
		app.page.getByText('2 rows share their “id” with another: “r7” in rows 8 and 42.'),
	).toBeVisible();
	await app.chooseIdColumn('text');
	await expect(app.page.getByText(/“text” is blank in rows 4, 8, 12, .* and 5 more/)).toBeVisible();
	await choose(app.page, 'First rows');
	await spin(app.page, 'How many').fill('3');
	await expect(app.page.getByText(/is blank in rows/)).toBeHidden();
	expect((await ran(app)).map(({ id }) => id)).toEqual(['Spam 0', 'ham 1', 'Spam 2']);
});

test('templates and rows in pairs: as many of the one as of the other', async ({
	app,
	endpoint,
}) => {
	await opened(app, endpoint.url, 'A {id} {text}');
	await app.addTemplate();
	await app.writePrompt({ template: 2, user: 'B {id} {text}' });
	await app.page
		.getByRole('combobox', { name: 'Templates and rows' })
		.selectOption({ label: 'Template 1 with row 1, template 2 with row 2, …' });
	await expect(app.page.getByText('There are 2 templates and 60 rows')).toBeVisible();
	await choose(app.page, 'Range of rows');
	await spin(app.page, 'From row').fill('2');
	await spin(app.page, 'To row').fill('3');
	await expect(plan(app)).toContainText('2 templates, each with its row × 1 model = 2 requests');
	expect(told(await ran(app))).toEqual([
		expected(1, 'A {id} {text}'),
		expected(2, 'B {id} {text}', 1),
	]);
});

test('a model and a row have parameters of their own, and the file says what was sent', async ({
	app,
	endpoint,
}) => {
	await opened(app, endpoint.url);
	await choose(app.page, 'First rows');
	await spin(app.page, 'How many').fill('6');
	await app.set('Temperature', 0.5);
	await app.button('Add model').click();
	await app.page
		.getByRole('combobox', { name: 'Model 2', exact: true })
		.or(app.page.getByRole('textbox', { name: 'Model 2', exact: true }))
		.first()
		.fill('m-other');
	await app.page.getByText('Parameters for m-other').click();
	const own = app.page.getByRole('textbox', { name: 'Parameters for m-other' });
	await own.fill('{"n": 2}');
	await own.press('Tab');
	await expect(app.page.getByText('Parameters for m-other cannot hold “n”.')).toBeVisible();
	await own.fill('{"max_tokens": 9, "temperature": 2}');
	await app.button('Set a parameter from a column').click();
	await app.page.getByRole('combobox', { name: 'Parameter 1', exact: true }).fill('temperature');
	await app.page.getByRole('combobox', { name: 'Column of parameter 1' }).selectOption('which');
	await expect(
		app.page.getByText('4 cells of “which” cannot be sent as temperature: rows'),
	).toBeVisible();
	await app.page.getByRole('combobox', { name: 'Column of parameter 1' }).selectOption('heat');
	await expect(app.page.getByText('cannot be sent as temperature')).toBeHidden();
	await expectAccessible(app.page);

	const heats = [undefined, 0, 1.5, undefined, 0, 1.5];
	const args = heats.flatMap((heat) => [
		{ model: 'm-base', temperature: heat ?? 0.5 },
		{ model: 'm-other', max_tokens: 9, temperature: heat ?? 2 },
	]);
	expect((await ran(app)).map(({ model_args }) => model_args)).toEqual(args);
	const bodies = endpoint.ledger.requests.map(({ body: { messages: _, ...rest } }) => rest);
	const inOrder = (list: readonly object[]): string[] =>
		list.map((one) => JSON.stringify(Object.entries(one).sort())).sort();
	expect(inOrder(bodies)).toEqual(inOrder(args));
});

test('each row names its model, and blank cells take the one that is typed', async ({
	app,
	endpoint,
}) => {
	await opened(app, endpoint.url);
	const bind = app.button('Set a parameter from a column');
	await bind.click();
	await app.button('Remove parameter 1').press('Enter');
	await expect(bind).toBeFocused();
	await bind.click();
	await app.page.getByRole('combobox', { name: 'Parameter 1', exact: true }).fill('model');
	await app.page.getByRole('combobox', { name: 'Column of parameter 1' }).selectOption('which');
	await expect(plan(app)).toContainText('60 rows × the model in “which” = 60 requests');
	const items = await ran(app);
	const models = sheet.map(({ which }) => (which === '' ? 'm-base' : which));
	expect(items.map(({ model_args }) => model_args)).toEqual(models.map((model) => ({ model })));
	expect(items.map(({ model_index }) => model_index)).toEqual(
		models.map((model) => ['m-base', 'm-large', 'm-small'].indexOf(model)),
	);
	const sent = endpoint.ledger.requests.map(({ body }) => textAt(body, 'model'));
	expect(sent.toSorted()).toEqual(models.toSorted());
});

test('the preview of pairs steps through row and template together, and shows what is sent', async ({
	app,
}) => {
	const { page } = app;
	await app.open();
	await app.dropCsv('pairs.csv', 'text\nfirst\nsecond\n');
	await app.writePrompt({ user: 'A {text}' });
	await app.addTemplate();
	await app.writePrompt({ user: 'B {text}', template: 2 });
	await page
		.getByRole('combobox', { name: 'Templates and rows' })
		.selectOption({ label: 'Template 1 with row 1, template 2 with row 2, …' });
	const preview = page.getByRole('region', { name: 'Preview' });
	await preview.getByRole('button', { name: 'Next row' }).click();
	await expect(preview.getByRole('group', { name: 'Messages' })).toContainText('B second');
	await preview.getByRole('combobox', { name: 'Template shown' }).selectOption('Template 1');
	await expect(preview.getByRole('group', { name: 'Messages' })).toContainText('A first');
	await preview.getByRole('tab', { name: 'Request (JSON)' }).click();
	await expect(preview.getByRole('group', { name: 'Request' })).toContainText('A first');
});

test('the preview of rows that name their models offers no model that a row does not name', async ({
	app,
}) => {
	const { page } = app;
	await app.open();
	await app.dropCsv('models.csv', 'text,which\nfirst,demo-small\nsecond,demo-large\n');
	await app.writePrompt({ user: 'Say {text}' });
	await app.button('Set a parameter from a column').click();
	await page.getByRole('combobox', { name: 'Parameter 1', exact: true }).fill('model');
	await page.getByRole('combobox', { name: 'Column of parameter 1' }).selectOption('which');
	const preview = page.getByRole('region', { name: 'Preview' });
	await preview.getByRole('tab', { name: 'Request (JSON)' }).click();
	const request = preview.getByRole('group', { name: 'Request' });
	await expect(request).toContainText('"model": "demo-small"');
	await expect(preview.getByRole('combobox', { name: 'Model shown' })).toHaveCount(0);
	await preview.getByRole('button', { name: 'Next row' }).click();
	await expect(request).toContainText('"model": "demo-large"');
	await expect(request).toContainText('Say second');
});
