import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import type { Reply } from '../endpoint/replies.ts';
import { createTestEndpoint } from '../endpoint/test-endpoint.ts';
import { encodings, sentinels, shapes, tracesOf } from '../support/sentinel.ts';
import { expect, expectAccessible, test } from './fixtures.ts';
import { App } from './support/app.ts';
import { keptTexts, shownTexts } from './support/kept-texts.ts';

const passphrase = 'correct horse battery staple';
const [, key] = sentinels;

const field = (page: Page, label: string) =>
	page.getByRole('dialog').getByLabel(label, { exact: true });

test('a key is remembered under a passphrase, unlocked once in a session, heard of in other tabs, and forgotten', async ({
	app,
	endpoint,
	context,
	page,
}) => {
	const host = new URL(endpoint.url).host;
	const remember = page.getByRole('checkbox', { name: 'Remember key on this device' });
	const dialog = page.getByRole('dialog');
	await app.open();
	await app.useEndpoint(endpoint.url, key);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Hello' });
	await remember.check();
	await expect(dialog).toContainText(host);
	await expectAccessible(page);
	await field(page, 'Passphrase').fill('short');
	await expect(dialog).toContainText('At least 8 characters');
	await field(page, 'Passphrase').fill(passphrase);
	await field(page, 'Passphrase again').fill('another');
	await page.keyboard.press('Enter');
	await expect(dialog).toContainText('not the same');
	await field(page, 'Passphrase again').fill(passphrase);
	await page.keyboard.press('Enter');
	await expect(dialog).toBeHidden();
	await expect(remember).toBeChecked();
	await expect(remember).toBeFocused();
	await expectAccessible(page);
	await expect(page.getByText('remembered on this device, encrypted')).toContainText('s5t');

	// A new session: the passphrase is asked for where it starts, and a wrong one is told.
	await page.reload();
	await expect(page.getByText(`A key for ${host} is remembered`)).toBeVisible();
	const second = new App(await context.newPage());
	await second.open();
	await app.startButton.click();
	await field(page, 'Passphrase').fill('wrong passphrase');
	await page.keyboard.press('Enter');
	await expect(dialog).toContainText('opens none of the remembered keys');
	await field(page, 'Passphrase').fill(passphrase);
	await page.keyboard.press('Enter');
	await app.finished();
	expect(endpoint.ledger.requests.map((request) => request.key)).toEqual([key]);

	// The other tab is a session of its own, and hears what is forgotten here.
	await expect(second.page.getByText(`A key for ${host} is remembered`)).toBeVisible();
	await app.button('New run').click();
	await app.button('Forget key').click();
	await expect(remember).not.toBeChecked();
	await expect(second.page.getByText(`A key for ${host} is remembered`)).toBeHidden();
	expect(tracesOf(key, await keptTexts(page))).toEqual([]);
});

test('a run that was interrupted asks for the passphrase of its key, says for which endpoint, and goes on', async ({
	app,
	endpoint,
	page,
}) => {
	await app.open();
	await app.dropCsv('words.csv', 'text\none\ntwo\nthree\n');
	await app.useEndpoint(endpoint.url, key);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
	await page.getByRole('checkbox', { name: 'Remember key on this device' }).check();
	await field(page, 'Passphrase').fill(passphrase);
	await field(page, 'Passphrase again').fill(passphrase);
	await page.keyboard.press('Enter');
	await expect(page.getByRole('dialog')).toBeHidden();
	endpoint.hold();
	await app.start();
	await endpoint.ledger.arrived(1);
	await page.reload();
	endpoint.release();
	await expect(app.alert).toContainText('remembered on this device');
	await expect(page.getByText(`for ${new URL(endpoint.url).origin}`)).toBeVisible();
	await expect(app.button('Unlock remembered key')).toBeVisible();
	await app.resume();
	await field(page, 'Passphrase').fill(passphrase);
	await page.keyboard.press('Enter');
	await app.finished();
	expect(new Set(endpoint.ledger.requests.map((request) => request.key))).toEqual(new Set([key]));
});

test('the key of a further connection is remembered and, after a reload, unlocked and sent there alone', async ({
	app,
	endpoint,
	page,
}) => {
	const second = await createTestEndpoint({});
	const secondKey = 'sk-of-the-second-2222';
	const { host } = new URL(second.url);
	const group = page.getByRole('group', { name: 'Connection 2' });
	await app.open();
	await app.dropCsv('words.csv', 'text\none\ntwo\nthree\nfour\n');
	await app.useEndpoint(endpoint.url, key);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Repeat {text}' });
	await page.getByText('Further connections').click();
	await app.button('Add connection').click();
	await group.getByRole('textbox', { name: 'Base URL' }).fill(second.url);
	const typed = group.getByLabel('API key', { exact: true });
	await typed.fill('not a key at all '.repeat(2_000));
	await typed.press('Tab');
	await expect(group).toContainText('A key has at most 8,000 characters');
	await expect(typed).not.toHaveValue('');
	await typed.fill(secondKey);
	await typed.press('Tab');
	await group.getByRole('checkbox', { name: 'Remember key on this device' }).check();
	await expect(page.getByRole('dialog')).toContainText(host);
	await field(page, 'Passphrase').fill(passphrase);
	await field(page, 'Passphrase again').fill(passphrase);
	await page.keyboard.press('Enter');
	await expect(group.getByText('remembered on this device, encrypted')).toContainText('2222');

	await page.reload();
	if (!(await group.isVisible())) await page.getByText('Further connections').click();
	await expect(group).toContainText(`A key for ${host} is remembered`);
	await group.getByRole('button', { name: 'Unlock' }).click();
	await field(page, 'Passphrase').fill(passphrase);
	await page.keyboard.press('Enter');
	await expect(group.getByText('remembered on this device, encrypted')).toContainText('2222');
	// The other one was not remembered.
	await page.getByLabel('API key', { exact: true }).first().fill(key);
	await app.start();
	await app.finished();
	const sent = (ledger: typeof endpoint.ledger) => ledger.requests.map((request) => request.key);
	expect(new Set(sent(endpoint.ledger))).toEqual(new Set([key]));
	expect(new Set(sent(second.ledger))).toEqual(new Set([secondKey]));
	await second.close();
});

test('the dialog of the remembered keys is pressed by no Enter that is held down, and begins with its first field; no Escape hides what it does', async ({
	app,
	endpoint,
	page,
}) => {
	const dialog = page.getByRole('dialog');
	const keyField = page.getByLabel('API key', { exact: true });
	const sealed = page.getByText('remembered on this device, encrypted');
	const manage = page.getByRole('button', { name: 'Remembered keys and passphrase…' });
	await app.open();
	await app.useEndpoint(endpoint.url, key);
	await page.getByRole('checkbox', { name: 'Remember key on this device' }).check();
	await expect(field(page, 'Passphrase')).toBeFocused();
	await field(page, 'Passphrase').fill(passphrase);
	await field(page, 'Passphrase again').fill(passphrase);
	for (const pressed of ['Enter', 'Escape', 'Escape']) await page.keyboard.press(pressed);
	await expect(sealed).toBeVisible();
	await expect(dialog).toBeHidden();
	await manage.focus();
	await page.keyboard.down('Enter');
	await expect(field(page, 'Present passphrase')).toBeFocused();
	await page.keyboard.down('Enter');
	await page.keyboard.down('Enter');
	await page.keyboard.up('Enter');
	await expect(dialog).toContainText('At least 8 characters');
	await expect(field(page, 'Present passphrase')).toBeFocused();
	// One that is pressed anew asks for what is lacking.
	await page.keyboard.press('Enter');
	await expect(field(page, 'New passphrase')).toBeFocused();
	await expect(dialog.getByRole('listitem')).toHaveCount(1);
	await field(page, 'Present passphrase').fill(passphrase);
	await field(page, 'New passphrase').fill('another passphrase');
	await field(page, 'New passphrase again').fill('another passphrase');
	for (const pressed of ['Enter', 'Escape', 'Escape']) await page.keyboard.press(pressed);
	await expect(dialog).toContainText('The passphrase is changed.');
	await page.keyboard.press('Escape');
	await expect(dialog).toBeHidden();
	await expect(manage).toBeFocused();

	// What has opened the dialog is gone once it is done: the focus goes to the key field.
	await page.reload();
	await app.typeKey('sk-typed-since-4711');
	await expect(page.getByText('until this tab closes')).toContainText('4711');
	await expect(page.getByText('typed earlier is remembered')).toBeVisible();
	for (const name of ['Replace the remembered key…', 'Unlock']) {
		await page.getByRole('button', { name, exact: true }).press('Enter');
		await field(page, 'Passphrase').fill('another passphrase');
		await page.keyboard.press('Enter');
		await expect(dialog).toBeHidden();
		await expect(sealed).toContainText('4711');
		await expect(keyField).toBeFocused();
		if (name !== 'Unlock') await page.reload();
	}
	await manage.press('Enter');
	await dialog.getByRole('button', { name: /Forget the key/ }).press('Enter');
	await expect(dialog).toBeHidden();
	await expect(keyField).toBeFocused();
});

/** What stops a run, and what is no answer at all: unit tests have those. */
const left: ReadonlySet<string> = new Set([
	'the title of a page',
	'a page behind a 200',
	'the name of a model',
	'a body that breaks off',
	'what fetch throws',
	'the causes of what fetch throws',
	'what is thrown and is no error',
]);

/** What is answered for the first time, by the text that asks for it: every shape, and answers in every encoding. */
async function echoes(): Promise<ReadonlyMap<string, Reply>> {
	const replies = new Map<string, Reply>();
	const forms = Object.entries(encodings);
	let turn = 0;
	for (const [shape, answer] of Object.entries(shapes)) {
		if (left.has(shape)) continue;
		const all = shape === 'what the model says' || shape === 'a text in place of an error';
		const asked = all ? forms : [forms[0], forms[++turn % forms.length]];
		for (const form of asked) {
			if (form === undefined) continue;
			const response = answer(form[1](key));
			// What stops a run, or is waited for, is the same text in a bad request.
			const isKept = response.status === 200 || shape === 'XML';
			const status = isKept ? response.status : 400;
			const headers = Object.fromEntries(response.headers);
			const body = await response.text();
			replies.set(`${shape}, ${form[0]}`, { kind: 'whole', status, headers, body });
		}
	}
	return replies;
}

test('a key that the endpoint echoes in every form leaves no trace in what is stored, shown, said or written', async ({
	app,
	page,
}) => {
	const replies = await echoes();
	const endpoint = await createTestEndpoint({
		exposedHeaders: '*',
		reply: ({ body }, seenBefore) => {
			const asked = /\[\[(.+?)\]\]/.exec(JSON.stringify(body['messages']))?.[1] ?? '';
			return seenBefore === 0 ? (replies.get(asked) ?? null) : null;
		},
	});
	const console: string[] = [];
	page.on('console', (message) => console.push(message.text()));
	page.on('pageerror', (error) => console.push(String(error)));
	await app.open();
	// Refusals alone would stop the run: between them it hears that others are fine.
	const rows = [...replies.keys()].map((name, i) => `fine ${String(i)}\n"${name}"`).join('\n');
	await app.dropCsv('echoes.csv', `ask\n${rows}\n`);
	await app.useEndpoint(endpoint.url, key);
	await app.writeModel('test-small');
	await app.writePrompt({ user: '[[{ask}]]' });
	await app.set('Max retries', 1);
	await page.getByRole('checkbox', { name: 'Remember key on this device' }).check();
	await field(page, 'Passphrase').fill(passphrase);
	await field(page, 'Passphrase again').fill(passphrase);
	await page.keyboard.press('Enter');
	await expect(page.getByRole('dialog')).toBeHidden();
	await app.button('Test connection').click();
	await app.start();
	await app.finished();
	const found = new Map<string, string[]>();
	const look = (where: string, text: string): void => {
		expect(text.length).toBeGreaterThan(0);
		const traces = [...tracesOf(key, text), ...(text.includes(passphrase) ? ['passphrase'] : [])];
		if (traces.length > 0) found.set(where, traces);
	};
	const tabs = {
		Results: 'echo: ',
		Summary: 'succeeded',
		Failures: 'something else',
		Setup: 'Template 1',
	};
	for (const [tab, words] of Object.entries(tabs)) {
		await page.getByRole('tab', { name: tab }).click();
		await expect(page.getByRole('tabpanel')).toContainText(words);
		look(`the page at ${tab}`, await shownTexts(page));
	}
	await page.getByRole('tab', { name: /Results/ }).click();
	for (const name of ['Download JSON', 'Download JSONL', 'Download CSV'] as const)
		look(name, (await app.download(name)).text);
	await app.button('More…').click();
	const [download] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('button', { name: /Save run as a file/ }).click(),
	]);
	const file = await readFile(await download.path());
	look('the run as a file', (file[0] === 0x1f ? gunzipSync(file) : file).toString());
	await page.keyboard.press('Escape');
	// Where the key is in them, the details that are asked for next are nowhere.
	expect(Object.fromEntries(found)).toEqual({});
	await app.results.getByRole('cell').filter({ hasText: 'redacted' }).first().click();
	await expect(page.getByRole('dialog')).toBeVisible();
	look('the details of a result', await shownTexts(page));
	look('what the browser keeps', await keptTexts(page));
	look('the console', ['-', ...console].join('\n'));
	expect(endpoint.ledger.requests.length).toBeGreaterThan(replies.size);
	expect(Object.fromEntries(found)).toEqual({});
	expect(await keptTexts(page)).toContain('[redacted]');
	await endpoint.close();
});
