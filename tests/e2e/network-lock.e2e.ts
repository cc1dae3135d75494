import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, Worker } from '@playwright/test';
import { createTestEndpoint } from '../endpoint/test-endpoint.ts';
import { expect, test } from './fixtures.ts';
import type { App } from './support/app.ts';
import { staticHost } from './support/static-host.ts';

/** A host that is none of the person's: it lets everybody in, and notes whoever comes. */
interface Foreign {
	readonly url: string;
	readonly seen: readonly string[];
	close(): void;
}

async function openForeign(page = ''): Promise<Foreign> {
	const seen: string[] = [];
	const server: Server = createServer((request, response) => {
		seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
		response
			.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/html' })
			.end(page);
	});
	// Whatever is spoken. A frame or a form may make the browser connect ahead; then it is refused, and nothing is said.
	server.on('connection', (socket) => {
		socket.once('data', () => seen.push('bytes'));
		socket.on('error', () => undefined);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${String(port)}`,
		seen,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}

/** Whatever a worker has to reach out with; the names of those that seemed to succeed. */
const fromWorker = (worker: Worker, foreign: string): Promise<readonly string[]> =>
	worker.evaluate(async (to) => {
		const got: string[] = [];
		const attempt = async (name: string, way: () => unknown): Promise<void> => {
			try {
				await way();
				got.push(name);
			} catch {
				// Refused, as it should be.
			}
		};
		const ended = (target: EventTarget, good: string): Promise<void> =>
			new Promise((resolve, reject) => {
				target.addEventListener(good, () => {
					resolve();
				});
				target.addEventListener('error', reject);
			});
		await attempt('fetch', () => fetch(`${to}/worker-fetch`, { mode: 'no-cors' }));
		await attempt('XMLHttpRequest', async () => {
			const request = new XMLHttpRequest();
			request.open('POST', `${to}/worker-xhr`);
			const answered = ended(request, 'load');
			request.send('x');
			await answered;
		});
		await attempt('EventSource', () => ended(new EventSource(`${to}/worker-events`), 'open'));
		await attempt('WebSocket', () => ended(new WebSocket(to.replace('http', 'ws')), 'open'));
		await attempt('import', () => import(`${to}/worker-import.js`));
		await attempt('Worker', () => ended(new Worker(`${to}/nested.js`), 'message'));
		await attempt('Worker of a blob', () => {
			const url = URL.createObjectURL(new Blob([`importScripts('${to}/nested-blob.js')`]));
			return ended(new Worker(url), 'message');
		});
		await attempt('eval', () => (0, eval)(`fetch('${to}/eval')`) as unknown);
		await attempt('WebRTC', () => new RTCPeerConnection());
		return got;
	}, foreign);

/** Whatever a page has to reach out with; the names of those that seemed to succeed. */
const fromPage = (page: Page, foreign: string): Promise<readonly string[]> =>
	page.evaluate(async (to) => {
		const got: string[] = [];
		const attempt = async (name: string, way: () => unknown): Promise<void> => {
			try {
				await way();
				got.push(name);
			} catch {
				// Refused, as it should be.
			}
		};
		const ended = (target: EventTarget, good: string): Promise<void> =>
			new Promise((resolve, reject) => {
				target.addEventListener(good, () => {
					resolve();
				});
				target.addEventListener('error', reject);
			});
		/** Resolves when the browser has refused something; some of these say it in no other way. */
		const refused = (doIt: () => unknown): Promise<void> =>
			new Promise((resolve, reject) => {
				document.addEventListener(
					'securitypolicyviolation',
					() => {
						reject(new Error('refused'));
					},
					{ once: true },
				);
				Promise.resolve(doIt()).catch(reject);
				setTimeout(resolve, 3_000);
			});
		const added = <T extends HTMLElement>(element: T, change: (element: T) => void): T => {
			change(element);
			document.body.append(element);
			return element;
		};
		await attempt('WebRTC', () => new RTCPeerConnection());
		const create = <K extends keyof HTMLElementTagNameMap>(name: K): HTMLElementTagNameMap[K] =>
			document.createElement(name);

		await attempt('fetch', () => fetch(`${to}/fetch`, { mode: 'no-cors', keepalive: true }));
		await attempt('XMLHttpRequest', async () => {
			const request = new XMLHttpRequest();
			request.open('POST', `${to}/xhr`);
			const answered = ended(request, 'load');
			request.send('x');
			await answered;
		});
		await attempt('sendBeacon', () => refused(() => navigator.sendBeacon(`${to}/beacon`, 'x')));
		await attempt('EventSource', () => ended(new EventSource(`${to}/events`), 'open'));
		await attempt('WebSocket', () => ended(new WebSocket(to.replace('http', 'ws')), 'open'));
		await attempt('image', () =>
			ended(
				added(create('img'), (image) => (image.src = `${to}/image`)),
				'load',
			),
		);
		await attempt('form', () =>
			refused(() => {
				added(create('form'), (form) => {
					form.action = `${to}/form`;
					form.method = 'post';
				}).submit();
			}),
		);
		await attempt('frame', () =>
			refused(() => added(create('iframe'), (frame) => (frame.src = `${to}/frame`))),
		);
		await attempt('stylesheet', () =>
			ended(
				added(create('link'), (link) => {
					link.rel = 'stylesheet';
					link.href = `${to}/style`;
				}),
				'load',
			),
		);
		for (const rel of ['prefetch', 'preload', 'modulepreload', 'icon'])
			await attempt(rel, () =>
				refused(() =>
					added(create('link'), (link) => {
						link.rel = rel;
						link.as = 'script';
						link.href = `${to}/${rel}`;
					}),
				),
			);
		await attempt('audio', () =>
			refused(() => added(create('audio'), (audio) => (audio.src = `${to}/audio`))),
		);
		await attempt('import', () => import(`${to}/import.js`));
		await attempt('Worker', () => ended(new Worker(`${to}/worker.js`), 'message'));
		await attempt('Worker of its own', () => new Worker('assets/engine.worker.js'));
		await attempt('Worker of a blob', () => new Worker(URL.createObjectURL(new Blob(['']))));
		await attempt('policy', () => {
			const { trustedTypes } = window as unknown as {
				trustedTypes: { createPolicy: (name: string, rules: object) => unknown };
			};
			return trustedTypes.createPolicy('volley-worker', { createScriptURL: String });
		});
		await attempt('innerHTML', () => (create('div').innerHTML = `<img src="${to}/html">`));
		await attempt('fetch of a new frame', () => {
			const frame = added(create('iframe'), () => undefined);
			return frame.contentWindow?.fetch(`${to}/frame-fetch`, { mode: 'no-cors' });
		});
		await attempt('fetch of the worker’s frame', () =>
			window.frames[0]?.fetch(`${to}/worker-frame`, { mode: 'no-cors' }),
		);
		await attempt('lifted lock', () => {
			for (const meta of document.querySelectorAll('meta[http-equiv]')) meta.remove();
			return fetch(`${to}/lifted`, { mode: 'no-cors' });
		});
		return got;
	}, foreign);

async function runAt(app: App, url: string): Promise<void> {
	await app.useEndpoint(url);
	await app.writeModel('m');
	await app.writePrompt({ user: 'Hello' });
	await app.start();
	await app.finished();
}

// The registration of the service worker is under the policy too.
test.use({ serviceWorkers: 'allow' });

for (const headers of [true, false])
	test(`on a host ${headers ? 'with' : 'without'} headers nothing but the endpoint is reached, from page or worker`, async ({
		app,
		endpoint,
		baseURL,
	}) => {
		const { page } = app;
		const foreign = await openForeign();
		const site = await staticHost('dist', '/some/where/');
		const url = headers ? (baseURL ?? '') : site.url;
		const answer = await page.goto(url);
		const sent = answer?.headers()['content-security-policy'];
		const carried = await page.locator('meta[http-equiv]').getAttribute('content');
		expect(sent).toBe(headers ? `${carried ?? ''}; frame-ancestors 'none'` : undefined);
		expect(await readFile('dist/_headers', 'utf8')).toContain(`${carried ?? ''}; frame-ancestors`);
		await runAt(app, endpoint.url);
		const { host } = new URL(endpoint.url);
		await expect(page.getByText(`Locked to ${host}: 1 request, all there.`)).toBeVisible();

		const workers = page.workers();
		expect(workers).toHaveLength(2);
		for (const worker of workers) expect(await fromWorker(worker, foreign.url)).toEqual([]);
		await expect(page.getByText(/attempts to reach others were blocked/)).toBeVisible();
		// The engine itself reaches not even the endpoint; what sends does.
		const reach = (at: string): Promise<boolean> =>
			fetch(at).then(
				() => true,
				() => false,
			);
		const reached = await Promise.all(
			workers.map((worker) => worker.evaluate(reach, `${endpoint.url}/models`)),
		);
		expect(reached.toSorted()).toEqual([false, true]);
		expect(await fromPage(page, foreign.url)).toEqual([]);
		expect(foreign.seen).toEqual([]);
		foreign.close();
		await site.close();
	});

test('a tab that is locked says so where another endpoint is chosen, and is unlocked for it without losing what is written', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	const other = await createTestEndpoint();
	await app.open();
	await app.useEndpoint(endpoint.url, 'sk-first-origin-01234');
	await app.writeModel('m');
	await app.writePrompt({ user: 'Written before' });
	// To look at an endpoint locks nothing: its address may be mistyped, or another be added.
	await app.button('Test connection').click();
	await expect(page.getByText('Start locks this tab to 127.0.0.1')).toBeVisible();
	await expect(app.status.getByText(/model/).first()).toBeVisible();
	endpoint.hold();
	await app.start();
	await app.button('New run').click();

	await page.getByRole('textbox', { name: 'Base URL' }).fill(other.url);
	const { host } = new URL(other.url);
	const unlock = app.button(`Unlock for ${host}`);
	// A run is not interrupted for it.
	await expect(unlock).toHaveAccessibleDescription(/A run goes in this tab/);
	await unlock.click({ force: true });
	endpoint.release();
	await expect(unlock).toHaveAccessibleDescription(/keys typed here have to be typed again/);
	await app.startButton.click();
	await page
		.getByRole('link', { name: 'Unlock this tab for where the requests are to go.' })
		.click();
	await expect(unlock).toBeFocused();
	expect(other.ledger.requests).toEqual([]);

	await app.unlock();
	await app.start();
	await app.finished();
	expect(other.ledger.requests).toHaveLength(1);
	await expect(page.getByText(`Locked to ${host}: 1 request, all there.`)).toBeVisible();
	await other.close();
});

for (const headers of [true, false])
	test(`within a page of others nothing of it can be pressed, on a host ${headers ? 'with' : 'without'} headers`, async ({
		page,
		baseURL,
	}) => {
		const site = await staticHost('dist', '/some/where/');
		const url = headers ? (baseURL ?? '') : site.url;
		const around = await openForeign(`<!doctype html><iframe src="${url}"></iframe>`);
		await page.goto(around.url);
		const frame = page.frames()[1];
		const text = frame?.locator('body').getByText('cannot be used inside another page');
		if (headers) expect(frame?.url()).toMatch(/^chrome-error:/);
		else await expect(text ?? page.locator('nothing')).toBeVisible();
		await expect(page.frameLocator('iframe').getByRole('button')).toHaveCount(0);
		around.close();
		await site.close();
	});

test('with Trusted Types on, the whole way through breaks no policy', async ({ app }) => {
	const { page } = app;
	const broken: string[] = [];
	page.on('console', (message) => {
		if (message.type() === 'error' || message.type() === 'warning') broken.push(message.text());
	});
	page.on('pageerror', (error) => broken.push(error.message));
	await app.open();
	await app.useSample();
	await app.start();
	await app.finished();
	await app.downloadJson();
	await app.results.getByRole('cell').first().click();
	await page.keyboard.press('Escape');
	for (const tab of [/Summary/, /Failures/, /Setup/])
		await page.getByRole('tab', { name: tab }).click();
	await app.button('New run').click();
	expect(broken).toEqual([]);
});
