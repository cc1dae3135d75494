import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

/** Whatever a cell, a name, a file or an endpoint could say to be taken for more than text. */
const payload = [
	'<img src=x onerror=pwned()>',
	'<svg onload=pwned()>',
	'"\'><script>pwned()</script>',
	'javascript:pwned()',
	'{{pwned()}}',
	'{@html "<b id=evil>"}',
	'\u202eevil',
].join(' ');
const longPayload = [
	payload,
	'</textarea><iframe srcdoc="<script>parent.pwned()</script>"></iframe>',
	'<a href="javascript:pwned()">x</a><form action=javascript:pwned()><button>',
	'<style>*{background:url(//evil.example)}</style><link rel=stylesheet href=//evil.example>',
	'<math><mtext></form><form><mglyph><style></math><img src onerror=pwned()>',
	'${pwned()} <%= pwned() %> #{pwned()} [[constructor.constructor("pwned()")()]]',
	'\u001b[31mred\u001b]8;;javascript:pwned()\u0007link \u2066\u2069\u202d\u200f \ufeff \ufdfd Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A',
	'x'.repeat(5_000),
].join('\n');

/** Answers every call with payloads: as names of models, answers, tool calls, refusals and errors. */
async function hostileEndpoint(): Promise<{ readonly url: string; close(): Promise<void> }> {
	let calls = 0;
	const send = (response: ServerResponse, status: number, body: unknown): void => {
		response.writeHead(status, {
			'content-type': 'application/json',
			'access-control-allow-origin': '*',
			'access-control-allow-headers': '*',
		});
		response.end(status === 204 ? undefined : JSON.stringify(body));
	};
	const message = (): object => {
		const asked = {
			id: payload,
			type: 'function',
			function: { name: payload, arguments: longPayload },
		};
		return (
			[
				{ role: 'assistant', content: longPayload },
				{ role: 'assistant', content: null, refusal: longPayload },
				{ role: 'assistant', content: null, tool_calls: [asked] },
			][calls % 3] ?? {}
		);
	};
	const server = createServer((request, response) => {
		request.resume().on('end', () => {
			if (request.method === 'OPTIONS') send(response, 204, null);
			else if (request.url?.endsWith('/models') === true)
				send(response, 200, { object: 'list', data: [{ id: payload, object: 'model' }] });
			else if (++calls % 4 === 0)
				send(response, 400, {
					error: { message: longPayload, type: payload, code: payload, param: payload },
				});
			else
				send(response, 200, {
					...{ id: payload, object: 'chat.completion', created: 1, model: payload },
					choices: [{ index: 0, message: message(), finish_reason: 'stop', logprobs: null }],
					usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
				});
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	// A server at a port has such an address.
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${String(port)}/v1`,
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => {
					resolve();
				});
			}),
	};
}

interface Seen {
	readonly ran: number;
	readonly violations: readonly string[];
	readonly elements: readonly string[];
	/** Words that stand in one bidi isolate with a sign that turns the direction of writing. */
	readonly turned: readonly string[];
}

/** Before anything of the page runs. */
async function watch(page: Page): Promise<void> {
	await page.addInitScript(() => {
		const watched = { ran: 0, violations: [] as string[] };
		Object.assign(window, { watched, pwned: () => watched.ran++ });
		document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
			watched.violations.push(`${violatedDirective} ${blockedURI}`);
		});
	});
}

const look = (page: Page): Promise<Seen> =>
	page.evaluate(() => {
		const { watched } = window as unknown as { watched: { ran: number; violations: string[] } };
		const isOwn = (element: Element): boolean =>
			element.getAttributeNames().every((name) => !name.startsWith('on')) &&
			!element.matches(
				// The engine's own window has nothing in it and loads nothing.
				'iframe:not([hidden]), iframe[src], iframe[srcdoc]:not([srcdoc=""]), object, embed, #evil, img:not([src^="data:"]):not([src^="./"]), form[action], a[href^="javascript:" i], math, base, link[href*="evil"]',
			) &&
			!(
				element instanceof HTMLScriptElement &&
				element.src === '' &&
				element.type !== 'application/ld+json'
			);
		const elements = [...document.querySelectorAll('*')]
			.filter((element) => !isOwn(element))
			.map((element) => element.outerHTML.slice(0, 200));
		const turned: string[] = [];
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
			if (!/[\u202a-\u202e\u2066-\u2069]/.test(node.nodeValue ?? '')) continue;
			let isolate = node.parentElement;
			while (isolate !== null) {
				const { display, unicodeBidi } = getComputedStyle(isolate);
				if (
					!display.startsWith('inline') ||
					display !== 'inline' ||
					/isolate|plaintext/.test(unicodeBidi)
				)
					break;
				isolate = isolate.parentElement;
			}
			const text = isolate?.textContent ?? '';
			// All of it is of the payload, or its own words stand before and behind.
			const own = text.trim();
			if (
				!/^["'<]?(?:<img src=x|evil)/.test(own) &&
				!own.startsWith('{"') &&
				!own.startsWith('\u202e')
			)
				turned.push(own.slice(0, 200));
		}
		return { ran: watched.ran, violations: watched.violations, elements, turned };
	});

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

test.setTimeout(60_000);

test('cells, headers, names and whatever an endpoint says are text in every view', async ({
	app,
}) => {
	const { page } = app;
	const dialogs: string[] = [];
	page.on('dialog', (dialog) => {
		dialogs.push(dialog.message());
		void dialog.dismiss();
	});
	await watch(page);
	const endpoint = await hostileEndpoint();
	const views: string[] = [];
	const expectText = async (view: string): Promise<void> => {
		views.push(view);
		expect
			.soft(await look(page), view)
			.toEqual({ ran: 0, violations: [], elements: [], turned: [] });
	};
	await app.open();

	// Refused: a file's name and its faults stand in notices and dialogs.
	await app.dropOnPage([
		{ name: `${payload}.volley.json`, text: `{${JSON.stringify(payload)}: 1` },
	]);
	await expect(page.getByText('could not be opened. Nothing was changed.')).toBeVisible();
	await expectText('a setup refused');
	await app.dropOnPage([
		{
			name: `${payload}.volley-run.jsonl`,
			text: `{"volley":"run","version":1,${JSON.stringify(payload)}:1}\n`,
		},
	]);
	await expect(page.getByRole('dialog')).toContainText('is not known to this version');
	await expectText('a run refused');
	await page.keyboard.press('Escape');

	const header = ['id', payload, '<b onclick=pwned()>h</b>'].map(quoted).join(',');
	const rows = Array.from({ length: 8 }, (_, i) =>
		[String(i), longPayload, payload].map(quoted).join(','),
	);
	await app.chooseFiles([{ name: `${payload}.csv`, text: `${header}\n${rows.join('\n')}\n` }]);
	await expect(page.getByText('8 rows').first()).toBeVisible();
	await app.useEndpoint(endpoint.url);
	await page.getByRole('textbox', { name: 'Run name' }).fill(payload);
	await app.button('Test connection').click();
	await expect(
		page
			.getByText('Works', { exact: true })
			.or(page.getByText(/1 model/))
			.first(),
	).toBeVisible();
	await app.writeModel(payload);
	await app.button('Add model').click();
	await page
		.getByRole('textbox', { name: 'Model 2' })
		.or(page.getByRole('combobox', { name: 'Model 2' }))
		.first()
		.fill('<i onclick=pwned()>m2</i>');
	await app.writePrompt({
		system: longPayload,
		user: `${payload} {<b onclick=pwned()>h</b>} {nocolumn} {id}`,
	});
	await app.startButton.click();
	await expectText('compose, with problems');
	await app.button('Save connection').click();
	await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill(payload);
	await expectText('a connection being saved');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('dialog')).toBeHidden();
	await app.button('Import templates').click();
	const importing = page.getByRole('dialog', { name: 'Import templates' });
	await importing.locator('input[type=file]').setInputFiles({
		name: `${payload}.json`,
		mimeType: 'application/json',
		buffer: Buffer.from(JSON.stringify([{ prompt: longPayload, [payload]: 1 }, longPayload])),
	});
	await expect(
		importing.getByText('are not taken over').or(importing.getByText('is not taken over')),
	).toBeVisible();
	await expectText('templates being imported');
	await page.keyboard.press('Escape');
	await expect(importing).toBeHidden();
	await app.writePrompt({ user: `${payload} {id}` });
	await expectText('compose');

	await app.start();
	await expectText('a run that goes');
	await app.finished();
	await expect(app.results).toBeVisible();
	await expectText('results');
	await expect.poll(() => page.title()).not.toContain('\u202e');
	await app.results.getByRole('cell').filter({ hasText: 'img src=x' }).first().click();
	await expect(page.getByRole('dialog')).toBeVisible();
	await expectText('detail');
	await page.keyboard.press('Escape');
	for (const tab of [/Summary/, /Failures/, /Setup/, /Compare/]) {
		const there = page.getByRole('tab', { name: tab });
		if ((await there.count()) === 0) continue;
		await there.click();
		await expectText(`tab ${String(tab)}`);
	}
	await page.getByRole('tab', { name: /Results/ }).click();
	await app.button('Export…').click();
	await expectText('export');
	await page.keyboard.press('Escape');
	await page
		.getByRole('button', { name: /^Delete <img/ })
		.first()
		.click();
	await expectText('delete');
	expect(dialogs).toEqual([]);
	expect(views.length).toBeGreaterThan(12);
	await endpoint.close();
});
