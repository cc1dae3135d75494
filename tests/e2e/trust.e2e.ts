import { emptyDraft } from '#domain/draft.ts';
import { createTestEndpoint } from '../endpoint/test-endpoint.ts';
import { expect, test } from './fixtures.ts';

const payloads = [
	'<script>window.pwned=1</script>',
	'<img src=x onerror="window.pwned=1">',
	'"><svg onload=window.pwned=1>',
	'javascript:window.pwned=1',
	'{{constructor.constructor("window.pwned=1")()}}',
	"'-window.pwned=1-'",
	'</textarea><iframe srcdoc="<script>parent.pwned=1</script>">',
];
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

test('what cells, headers, file names and answers say is text everywhere', async ({
	app,
	endpoint,
}) => {
	const violations: string[] = [];
	app.page.on('console', (message) => {
		if (message.text().includes('Content Security Policy')) violations.push(message.text());
	});
	await app.open();
	const header = ['id', ...payloads].map(quoted).join(',');
	const rows = payloads.map((payload, i) =>
		[String(i), ...payloads.map(() => payload)].map(quoted).join(','),
	);
	await app.dropCsv('<img src=x onerror=alert(1)>.csv', `${header}\n${rows.join('\n')}\n`);
	await app.useEndpoint(endpoint.url);
	await app.writeModel('<b onclick=alert(1)>m</b>');
	await app.writePrompt({ system: payloads[0] ?? '', user: payloads.join('\n') });
	await app.start();
	await app.finished();
	await app.results.getByRole('cell').filter({ hasText: 'window.pwned=1' }).first().click();
	await expect(app.page.getByRole('dialog')).toBeVisible();
	await app.page.keyboard.press('Escape');
	for (const tab of [/Summary/, /Failures/, /Setup/])
		await app.page.getByRole('tab', { name: tab }).click();
	expect(await app.page.evaluate(() => 'pwned' in window)).toBe(false);
	expect(
		await app.page.locator('iframe:not([hidden]), img[src="x"], script:not([src])').count(),
	).toBe(0);
	expect(violations).toEqual([]);
});

test('a key goes to the origin it was typed for, and to no other', async ({ app, endpoint }) => {
	const elsewhere = await createTestEndpoint();
	await app.open();
	// Saved, it is within what the tab locks itself to: the same tab asks both.
	await app.useEndpoint(elsewhere.url);
	await app.button('Save connection').click();
	await app.page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Elsewhere');
	await app.page.keyboard.press('Enter');
	await expect(app.page.getByRole('dialog')).toBeHidden();
	await app.useEndpoint(endpoint.url, 'sk-bound-key-01234567');
	await app.writeModel('m');
	await app.writePrompt({ user: 'Hello' });
	await app.start();
	await app.finished();
	await app.button('New run').click();
	await app.useEndpoint(elsewhere.url);
	await expect(app.unlockButton).toBeHidden();
	await app.writeModel('m');
	await app.writePrompt({ user: 'Hello' });
	await app.start();
	await app.finished();
	expect(endpoint.ledger.requests.map(({ key }) => key)).toEqual(['sk-bound-key-01234567']);
	expect(elsewhere.ledger.requests.map(({ key }) => key)).toEqual([null]);
	await elsewhere.close();
});

test('an opened setup or run neither takes a typed or a held key elsewhere nor starts anything', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	const elsewhere = await createTestEndpoint();
	const key = 'sk-not-for-lookalikes-0123';
	const { port } = new URL(endpoint.url);
	const open = async (baseUrl: string): Promise<void> => {
		const setup = {
			...emptyDraft,
			...{ datasetId: undefined, provider: 'compatible', baseUrl, models: ['m'] },
			templates: [{ messages: [{ role: 'user', content: 'Hello' }], prompt: '' }],
		};
		const text = JSON.stringify({ format: 'volley-setup', version: 1, setup });
		await app.dropOnPage([{ name: 'shared.volley.json', text }]);
		await expect(page.getByText('“shared.volley.json” is open.')).toBeVisible();
		await expect(page.getByRole('textbox', { name: 'Base URL' })).toHaveValue(baseUrl);
		await expect(app.startButton).toBeVisible();
	};
	await app.open();
	// Typed, and not given to the worker yet: the address is still missing.
	await app.useEndpoint('');
	await page.getByLabel('API key', { exact: true }).fill(key);
	await open(elsewhere.url);
	await expect(page.getByLabel('API key', { exact: true })).toHaveValue('');
	await app.useEndpoint(endpoint.url, key);
	await expect(page.getByText(/ends in|0123/).first()).toBeVisible();
	const ours = endpoint.ledger.requests.length;

	await open(`http://me@127.0.0.1:${port}/v1`);
	await app.startButton.click();
	await expect(page.getByText(/holds a user name or password/).first()).toBeVisible();
	for (const lookalike of [elsewhere.url, `http://localhost:${port}/v1`]) {
		// A tab that is locked would refuse it anyway: here the key is held, and nothing is locked yet.
		await app.button('New run').click();
		await page.reload();
		await app.useEndpoint(endpoint.url, key);
		await expect(page.getByText(/ends in|0123/).first()).toBeVisible();
		await open(lookalike);
		await app.start();
		await app.finished();
	}
	await app.button('New run').click();
	expect(elsewhere.ledger.requests.map(({ key: sent }) => sent)).toEqual([null]);
	expect(endpoint.ledger.requests.slice(ours).map(({ key: sent }) => sent)).toEqual([null]);

	// To where the key belongs: also there nothing starts by itself.
	const before = endpoint.ledger.requests.length;
	await open(`http://127.0.0.1:${port}/other/v1`);
	await expect(app.progressBar).toBeHidden();
	expect(endpoint.ledger.requests).toHaveLength(before);
	await elsewhere.close();
});

test('no trace of the key is left in the page or in what the browser stores', async ({
	app,
	endpoint,
}) => {
	endpoint.play('wrongKey');
	await app.open();
	await app.useEndpoint(endpoint.url, 'sk-trace-key-98765432');
	await app.writeModel('m');
	await app.writePrompt({ user: 'Hello' });
	await app.start();
	await expect(app.alert).toContainText('key');
	const stored = await app.page.evaluate(async () => {
		const texts = [document.documentElement.outerHTML, location.href];
		texts.push(JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }));
		const answered = <T>(request: IDBRequest<T>): Promise<T> =>
			new Promise((resolve) => {
				request.onsuccess = () => {
					resolve(request.result);
				};
			});
		for (const { name = '' } of await indexedDB.databases()) {
			const db = await answered(indexedDB.open(name));
			for (const store of db.objectStoreNames)
				texts.push(
					JSON.stringify(await answered(db.transaction(store).objectStore(store).getAll())),
				);
			db.close();
		}
		return texts.join('\n');
	});
	expect(stored).toContain('Hello');
	expect(stored).not.toContain('sk-trace');
	expect(stored).not.toContain('98765432');
});

test('the built page forbids foreign code', async ({ app }) => {
	await app.open();
	const policy = await app.page
		.locator('meta[http-equiv="Content-Security-Policy"]')
		.getAttribute('content');
	expect(policy).toContain("default-src 'none'");
	expect(policy).toContain("script-src 'self'");
	expect(policy).not.toContain('unsafe');
	const ran = await app.page.evaluate(() => {
		const script = document.createElement('script');
		// A text that is set is refused by Trusted Types; one that is appended, by the policy.
		script.append('window.inlineRan = true');
		document.head.append(script);
		return 'inlineRan' in window;
	});
	expect(ran).toBe(false);
});
