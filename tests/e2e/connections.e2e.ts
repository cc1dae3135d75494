import { chromium, type Locator, type Page } from '@playwright/test';
import { browserFlags, findBrowser } from '../browser/find-browser.mjs';
import { createTestEndpoint, type TestEndpoint } from '../endpoint/test-endpoint.ts';
import { expect, expectAccessible, test } from './fixtures.ts';
import { App } from './support/app.ts';
import { savedDraft } from './support/saved-draft.ts';

const key = 'key-of-this-test-0123456789';

const choose = async (page: Page, field: string, label: string): Promise<void> => {
	await page.getByRole('combobox', { name: field, exact: true }).selectOption({ label });
};
const write = async (page: Page, field: string, text: string): Promise<void> => {
	await page.getByRole('textbox', { name: field, exact: true }).fill(text);
};
const verdict = (page: Page): Locator =>
	page.getByRole('region', { name: 'Connection' }).getByRole('status');
const modelField = (page: Page): Locator => page.getByLabel('Model', { exact: true });

/** What the browser asked leave for, each once. */
const askedLeaveFor = ({ ledger }: TestEndpoint): readonly string[] => [
	...new Set(
		ledger.preflights.map(({ headers }) => headers['access-control-request-headers'] ?? ''),
	),
];

async function runOnce(app: App): Promise<void> {
	await app.writePrompt({ user: 'Hello' });
	await app.start();
	await app.finished();
}

for (const { version, path, query } of [
	{ version: '', path: '/openai/v1/chat/completions', query: '' },
	{
		version: '2024-10-21',
		path: '/openai/deployments/my%20gpt/chat/completions',
		query: '?api-version=2024-10-21',
	},
])
	test(`Azure OpenAI ${version || 'v1'}: the deployment is called at ${path}, the key in api-key alone`, async ({
		app,
		endpoint,
	}) => {
		await app.open();
		await choose(app.page, 'Provider', 'Azure OpenAI');
		await write(app.page, 'Resource', endpoint.origin);
		await write(app.page, 'API version', version);
		await app.typeKey(key);
		await app.writeModel('my gpt');
		await runOnce(app);

		expect(endpoint.ledger.requests).toMatchObject([{ path, query, key }]);
		const [request] = endpoint.ledger.requests;
		expect(request?.headers.authorization).toBeUndefined();
		expect(Object.keys(request?.headers ?? {}).filter((name) => name.startsWith('x-'))).toEqual([]);
		expect(askedLeaveFor(endpoint)).toEqual(['api-key,content-type']);
		const [item] = await app.downloadJson();
		expect(item).toMatchObject({ error: null, model_args: { model: 'my gpt' } });
		await app.page.getByRole('tab', { name: /Setup/ }).click();
		await expect(app.page.getByText('Azure OpenAI', { exact: true })).toBeVisible();
	});

test('what Azure’s portal shows as an address is explained, at its field', async ({ app }) => {
	await app.open();
	await choose(app.page, 'Provider', 'Azure OpenAI');
	await write(
		app.page,
		'Resource',
		'https://res.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21',
	);
	await write(app.page, 'API version', 'latest');
	await app.page.keyboard.press('Tab');
	const resource = app.page.getByRole('textbox', { name: 'Resource' });
	await expect(resource).toHaveAccessibleDescription(/“gpt” goes in Model/);
	await expect(app.page.getByRole('textbox', { name: 'API version' })).toHaveAccessibleDescription(
		/a date such as/,
	);
	await app.button('Test connection').click();
	await expect(resource).toBeFocused();
	await expectAccessible(app.page);
});

test('a known service is called with its own header, and the browser asks leave for no other', async ({
	baseURL,
}) => {
	const endpoint = await createTestEndpoint({ protocol: 'http2', models: ['claude-small'] });
	const executablePath = findBrowser();
	const browser = await chromium.launch({
		args: [
			...browserFlags,
			`--host-resolver-rules=MAP api.anthropic.com ${new URL(endpoint.origin).host}`,
		],
		...(executablePath === null ? {} : { executablePath }),
	});
	try {
		const context = await browser.newContext({
			ignoreHTTPSErrors: true,
			...(baseURL === undefined ? {} : { baseURL }),
		});
		const app = new App(await context.newPage());
		await app.open();
		await choose(app.page, 'Provider', 'OpenAI-compatible');
		await choose(app.page, 'Service', 'Anthropic');
		await expect(app.page.getByRole('textbox', { name: 'Base URL' })).toHaveValue(
			'https://api.anthropic.com/v1',
		);
		await app.typeKey(key);
		await app.button('Test connection').click();
		await expect(verdict(app.page)).toContainText('Works: 1 model');
		expect(askedLeaveFor(endpoint)).toEqual([
			'anthropic-dangerous-direct-browser-access,anthropic-version,x-api-key',
		]);
		await app.writeModel('claude-small');
		await runOnce(app);
		expect(endpoint.ledger.requests).toMatchObject([
			{ key, headers: { 'anthropic-dangerous-direct-browser-access': 'true' } },
		]);
		expect(askedLeaveFor(endpoint)[1]).toBe(
			'anthropic-dangerous-direct-browser-access,authorization,content-type',
		);
	} finally {
		await browser.close();
		await endpoint.close();
	}
});

test('the service follows the address, and the address the service', async ({ app }) => {
	await app.open();
	const service = app.page.getByRole('combobox', { name: 'Service' });
	const address = app.page.getByRole('textbox', { name: 'Base URL' });
	await choose(app.page, 'Provider', 'OpenAI-compatible');
	await expect(service).toHaveValue('other');
	await address.fill('https://api.groq.com/openai/v1');
	await expect(service.locator('option:checked')).toHaveText('Groq');
	await address.fill('https://elsewhere.example/v1');
	await expect(service.locator('option:checked')).toHaveText('Other');
	await choose(app.page, 'Service', 'Ollama');
	await expect(address).toHaveValue('http://localhost:11434/v1');
	const page = new URL(app.page.url()).origin;
	await expect(app.page.getByText(`OLLAMA_ORIGINS=${page}`)).toBeVisible();
	await expectAccessible(app.page);
});

test.describe('Test connection', () => {
	test('says what answers, and moves nothing on the page', async ({ app }) => {
		const endpoint = await createTestEndpoint({ key });
		await app.open();
		await app.useEndpoint(endpoint.url, 'wrong-key-0123456789');
		// Its words come under the field once the key was handed over.
		await expect(app.page.getByText('is held for')).toBeVisible();
		const model = modelField(app.page);
		const place = await model.boundingBox();
		const button = app.button('Test connection');

		await button.click();
		await expect(verdict(app.page)).toContainText('Key not accepted (401)');
		await expect(verdict(app.page)).toContainText('Incorrect API key provided');
		await expect(verdict(app.page)).not.toContainText('wrong-key');
		await expect(button).toBeFocused();
		expect(await model.boundingBox()).toEqual(place);
		await expectAccessible(app.page);

		await app.typeKey(key);
		await expect(verdict(app.page)).toHaveText('');
		await button.press('Enter');
		await expect(verdict(app.page)).toHaveText('Works: 2 models');
		// With names to choose from it is a combobox.
		await expect(app.page.getByRole('combobox', { name: 'Model', exact: true })).toBeVisible();

		endpoint.playModels('htmlPage');
		await button.press('Enter');
		await expect(verdict(app.page)).toContainText('A web page, not an API');
		await expect(verdict(app.page)).toContainText('“Welcome”');

		endpoint.playModels('withoutCors');
		await button.press('Enter');
		await expect(verdict(app.page)).toContainText('Not reached');
		await expect(verdict(app.page).getByRole('listitem').first()).toBeVisible();
		await expect(verdict(app.page)).toContainText('OLLAMA_ORIGINS=');
		expect(endpoint.ledger.arrivals).toBe(0);
		await app.page.keyboard.press('Escape');
		await expect(verdict(app.page)).toHaveText('Not reached');
		await expect(button).toBeFocused();
		await endpoint.close();
	});

	test('says what was tested where no list of models stands', async ({ app, endpoint }) => {
		await app.open();
		await app.useEndpoint(`${endpoint.origin}/elsewhere`);
		await app.button('Test connection').click();
		await expect(verdict(app.page)).toContainText('Answers, but lists no models');
		await expect(verdict(app.page)).toContainText('Nothing else was tried');
		await expect(verdict(app.page)).toContainText('It often ends with /v1.');
		// What lies over the fields below makes way for whoever goes there.
		await modelField(app.page).focus();
		await expect(verdict(app.page)).toHaveText('Answers, but lists no models');
		expect(endpoint.ledger.arrivals).toBe(0);
	});

	test('says that nothing runs there', async ({ app }) => {
		const endpoint = await createTestEndpoint();
		await endpoint.close();
		await app.open();
		await app.useEndpoint(endpoint.url);
		await app.button('Test connection').click();
		await expect(verdict(app.page)).toContainText('A server is running at');
	});

	test('works for Demo, and nothing leaves', async ({ app, requestedElsewhere }) => {
		await app.open();
		await app.button('Test connection').click();
		await expect(verdict(app.page)).toHaveText('Works: 2 models');
		expect(requestedElsewhere).toEqual([]);
	});
});

test('the models of an endpoint are offered, and one that is to end says so', async ({ app }) => {
	const endpoint = await createTestEndpoint({
		key,
		models: [
			{ id: 'gone-1', shutdown_date: '2020-01-02' },
			{ id: 'ends-1', shutdown_date: '2999-12-31', context_length: 128_000 },
			'lasts-1',
		],
	});
	await app.open();
	await app.useEndpoint(endpoint.url, key);
	const field = modelField(app.page);
	await field.focus();
	const offered = app.page.locator('datalist option');
	await expect(offered).toHaveCount(3);
	await expect(offered.first()).toHaveAttribute(
		'label',
		'test · 128,000 tokens · shuts down on 2999-12-31',
	);
	await field.fill('gone-1');
	await expect(field).toHaveAccessibleDescription('gone-1 was shut down on 2020-01-02.');
	await field.fill('ends-1');
	await expect(field).toHaveAccessibleDescription('ends-1 shuts down on 2999-12-31.');
	await field.fill('lasts-1');
	await expect(field).not.toHaveAccessibleDescription(/shut/);
	await app.writePrompt({ user: 'Hello' });
	await app.start();
	await app.finished();
	await endpoint.close();
});

test('a saved connection is there after a reload, is renamed and deleted; its key is not kept', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	const savedField = page.getByRole('combobox', { name: 'Saved connections' });
	await app.open();
	await expect(savedField).toBeHidden();
	await choose(page, 'Provider', 'Azure OpenAI');
	await write(page, 'Resource', endpoint.origin);
	await write(page, 'API version', '2024-10-21');
	await app.typeKey(key);
	await app.writeModel('my-gpt');
	await app.button('Save connection').click();
	const dialog = page.getByRole('dialog');
	await expect(dialog).toBeVisible();
	await expectAccessible(page);
	await dialog.getByRole('textbox', { name: 'Name' }).fill('Team resource');
	await page.keyboard.press('Enter');
	await expect(savedField.locator('option:checked')).toHaveText('Team resource');

	await choose(page, 'Provider', 'Demo (no key)');
	await expect.poll(() => savedDraft(page)).toContain('"provider":"demo"');
	await page.reload();
	await expect(savedField.locator('option:checked')).toHaveText('Choose…');
	await savedField.selectOption({ label: 'Team resource' });
	await expect(page.getByRole('textbox', { name: 'Resource' })).toHaveValue(endpoint.origin);
	await expect(page.getByRole('textbox', { name: 'API version' })).toHaveValue('2024-10-21');
	await expect(modelField(page)).toHaveValue('my-gpt');
	await expect(page.getByText(/is held for/)).toBeHidden();
	await expectAccessible(page);

	await app.typeKey(key);
	await runOnce(app);
	expect(endpoint.ledger.requests).toMatchObject([
		{ path: '/openai/deployments/my-gpt/chat/completions', key },
	]);

	await app.button('New run').click();
	await app.button('Rename connection Team resource').click();
	await dialog.getByRole('textbox', { name: 'Name' }).fill('Ours');
	await dialog.getByRole('button', { name: 'Rename' }).click();
	await expect(savedField.locator('option:checked')).toHaveText('Ours');
	await app.button('Delete connection Ours').click();
	await dialog.getByRole('button', { name: 'Delete connection' }).click();
	await expect(savedField).toBeHidden();
	await expect(page.getByRole('combobox', { name: 'Provider' })).toBeFocused();
	await expect(page.getByRole('textbox', { name: 'Resource' })).toHaveValue(endpoint.origin);
});
