import { beforeEach, describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import { checkDraft } from '#domain/check-draft.ts';
import { emptyDraft } from '#domain/draft.ts';
import { createEngine } from '#worker/create-engine.ts';
import { FakeBrowser, openTab } from '../support/fake-host.ts';
import { reached } from './run-fixtures.ts';

const key = 'sk-for-one-origin-0123456789';

/** What left the browser. */
let sent: { readonly url: string; readonly headers: string }[];
let engine: EngineApi;
beforeEach(async () => {
	sent = [];
	const { host } = openTab(new FakeBrowser(), (input, init) => {
		const headers = JSON.stringify([...new Headers(init?.headers)]);
		sent.push({ url: input instanceof Request ? input.url : String(input), headers });
		return Promise.resolve(
			Response.json({
				...{ id: 'c', object: 'chat.completion', created: 1, model: 'm' },
				choices: [
					{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' },
				],
			}),
		);
	});
	engine = createEngine(host);
	await engine.holdKey('https://api.example.com', key);
});

/** Opens a setup that leads there, and presses Start. Null: it is refused before anything leaves. */
async function startedFrom(baseUrl: string, more: object = {}): Promise<string | null> {
	const setup = {
		...emptyDraft,
		...{ datasetId: undefined, provider: 'compatible', baseUrl, models: ['m'] },
		templates: [{ messages: [{ role: 'user', content: 'Hello' }], prompt: '' }],
		...more,
	};
	const text = JSON.stringify({ format: 'volley-setup', version: 1, setup });
	const opened = await engine.openSetup(new File([text], 'a.volley.json'));
	if (!opened.ok) throw new Error(opened.error.join(' '));
	expect(sent).toEqual([]);
	expect(await engine.listRuns()).toEqual([]);
	const checked = checkDraft(opened.value.draft, null);
	if (checked.setup === null) return checked.problems.map(({ message }) => message).join(' ');
	const started = await engine.startRun(checked.setup);
	if (started.ok) await reached(engine, started.value, 'finished');
	return null;
}

describe('a setup opened beside a key for https://api.example.com', () => {
	test.each([
		['another port', 'https://api.example.com:8443/v1'],
		['a dot at its end', 'https://api.example.com./v1'],
		['a domain behind it', 'https://api.example.com.evil.test/v1'],
		['a domain before it', 'https://evil-api.example.com/v1'],
		['its name as a path', 'https://evil.test/https://api.example.com/v1'],
		['its name as a path with @', 'https://evil.test/@api.example.com/v1'],
		['its name before a backslash', 'https://evil.test\\.api.example.com/v1'],
		['Cyrillic letters', 'https://\u0430pi.example.com/v1'],
		['Cyrillic letters as punycode', 'https://xn--pi-7kc.example.com/v1'],
		['a letter with a dot below', 'https://api.ex\u1ea1mple.com/v1'],
		['a wide stop that is none', 'https://api\u2024example.com.evil.test/v1'],
		['loopback, unencrypted', 'http://localhost:1/v1'],
	])('that leads to %s takes no key there', async (_, baseUrl) => {
		await startedFrom(baseUrl);
		expect(sent.map(({ headers }) => headers).join()).not.toContain(key);
		for (const { url } of sent) expect(new URL(url).origin).not.toBe('https://api.example.com');
	});

	test.each([
		['a user name', 'https://api.example.com@evil.test/v1', /user name or password/],
		['a user name and a port', 'https://api.example.com:443@evil.test/v1', /user name or password/],
		['a user name of its own', 'https://me:pw@api.example.com/v1', /user name or password/],
		['no encryption', 'http://api.example.com/v1', /unencrypted/],
		['a script', 'javascript:fetch("https://api.example.com")', /has no scheme|only https/],
		['data', 'data:text/html,https://api.example.com', /has no scheme|only https/],
		['a file', 'file:///api.example.com/v1', /only https/],
		['a query', 'https://api.example.com/v1?to=evil', /query/],
		['nothing', '', /Write the Base URL/],
	])('that has %s for an address is refused, and nothing leaves', async (_, baseUrl, words) => {
		expect(await startedFrom(baseUrl)).toMatch(words);
		expect(sent).toEqual([]);
	});

	test.each([
		['upper case', 'HTTPS://API.EXAMPLE.COM/v1'],
		['the port of https', 'https://api.example.com:443/v1'],
		['another path', 'https://api.example.com/other'],
		['wide letters, which are the same name', 'https://\uff41pi.example\u3002com/v1'],
	])(
		'that writes the same origin with %s uses its key, once Start is pressed',
		async (_, baseUrl) => {
			await startedFrom(baseUrl);
			expect(sent).toHaveLength(1);
			expect(sent[0]?.headers).toContain(key);
			expect(new URL(sent[0]?.url ?? '').origin).toBe('https://api.example.com');
		},
	);

	test('that has a further connection elsewhere takes the key to its own alone', async () => {
		await startedFrom('https://api.example.com/v1', {
			shares: [
				{
					...{ provider: 'compatible', baseUrl: 'https://api.example.com.evil.test/v1' },
					...{ organization: '', project: '', models: ['m'], tokensPerMinute: null },
				},
			],
			templates: Array.from({ length: 6 }, (_, i) => ({
				messages: [{ role: 'user', content: `Hello ${String(i)}` }],
				prompt: '',
			})),
		});
		const withKey = sent.filter(({ headers }) => headers.includes(key));
		expect(new Set(sent.map(({ url }) => new URL(url).origin)).size).toBe(2);
		expect(new Set(withKey.map(({ url }) => new URL(url).origin))).toEqual(
			new Set(['https://api.example.com']),
		);
	});
});
