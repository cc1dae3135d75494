import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { KeptSite, type BuiltSite } from '#offline/kept-site.ts';

const scope = 'https://host/volley/';
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The Cache API as far as it is used: the order of names is that of their opening. */
class FakeCaches {
	readonly stored = new Map<string, Map<string, Response>>();

	open(name: string): Promise<Cache> {
		const entries = this.stored.get(name) ?? new Map<string, Response>();
		this.stored.set(name, entries);
		const cache = {
			put: (url: string, response: Response) => {
				entries.set(url, response);
				return Promise.resolve();
			},
			match: (url: string) => Promise.resolve(entries.get(url)?.clone()),
		};
		return Promise.resolve(cache as unknown as Cache);
	}

	keys = (): Promise<string[]> => Promise.resolve([...this.stored.keys()]);
	delete = (name: string): Promise<boolean> => Promise.resolve(this.stored.delete(name));
}

let caches: FakeCaches;
let host: Map<string, string>;
let asked: string[];
let isOnline: boolean;

beforeEach(() => {
	caches = new FakeCaches();
	asked = [];
	isOnline = true;
	deploy({ '': 'page 1', 'assets/a-1.js': 'a 1', 'assets/words-1.js': 'words 1' });
});

function deploy(files: Readonly<Record<string, string>>): void {
	host = new Map(Object.entries(files));
}

function siteOf(files: Readonly<Record<string, string>>, later: readonly string[] = []): KeptSite {
	const site: BuiltSite = {
		version: digest(JSON.stringify(files)).slice(0, 8),
		files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, digest(text)])),
		later,
	};
	return new KeptSite(site, {
		caches: caches as unknown as CacheStorage,
		fetch: ({ url }) => {
			asked.push(url);
			if (!isOnline) return Promise.reject(new TypeError('offline'));
			const text = host.get(url.slice(scope.length));
			return Promise.resolve(
				text === undefined ? new Response('', { status: 404 }) : new Response(text),
			);
		},
		digest: (bytes) => crypto.subtle.digest('SHA-256', bytes),
		scope,
	});
}

const present = (): KeptSite => siteOf(Object.fromEntries(host), ['assets/words-1.js']);

const requestOf = (path: string, more: Partial<Request> = {}): Request =>
	({ method: 'GET', mode: 'cors', url: scope + path, ...more }) as Request;
const navigation = (path: string): Request => requestOf(path, { mode: 'navigate' });

const textOf = async (site: KeptSite, request: Request): Promise<string | null> =>
	(await (await site.answer(request))?.text()) ?? null;

test('what was installed is there without network; what is large comes once it is asked for', async () => {
	const site = present();
	await site.install();
	expect(asked).not.toContain(`${scope}assets/words-1.js`);
	expect(await textOf(site, requestOf('assets/words-1.js'))).toBe('words 1');
	isOnline = false;
	expect(await textOf(site, navigation(''))).toBe('page 1');
	expect(await textOf(site, navigation('index.html'))).toBe('page 1');
	expect(await textOf(site, navigation('?from=home'))).toBe('page 1');
	expect(await textOf(site, requestOf('assets/a-1.js'))).toBe('a 1');
	expect(await textOf(site, requestOf('assets/words-1.js'))).toBe('words 1');
});

test.each([
	['a request to an endpoint', requestOf('', { url: 'https://api.openai.com/v1/models' })],
	['another site of the origin', requestOf('', { url: 'https://host/other/assets/a-1.js' })],
	['what only begins like the site', requestOf('', { url: 'https://host/volley' })],
	['what is sent', requestOf('assets/a-1.js', { method: 'POST' })],
	['a page that is not ours', navigation('sbom/page.json')],
	['a file that is not listed', requestOf('sbom/page.json')],
])('%s is none of its business', (_, request) => {
	expect(present().answer(request)).toBeNull();
});

describe('a host in the middle of a change', () => {
	test.each([
		['has a file of another version', () => host.set('assets/a-1.js', 'a 2')],
		['lacks a file', () => host.delete('assets/a-1.js')],
		['cannot be reached', () => (isOnline = false)],
	])('that %s leaves nothing behind', async (_, change) => {
		const site = present();
		change();
		await expect(site.install()).rejects.toThrow();
		expect(caches.stored.size).toBe(0);
	});
});

test('a page of the version before is given its own files, and the one before that is let go', async () => {
	for (const version of ['1', '2', '3']) {
		deploy({ '': `page ${version}`, [`assets/a-${version}.js`]: `a ${version}` });
		const site = siteOf(Object.fromEntries(host));
		await site.install();
		await site.activate();
	}
	const site = siteOf(Object.fromEntries(host));
	expect(await textOf(site, navigation(''))).toBe('page 3');
	expect(await textOf(site, requestOf('assets/a-2.js'))).toBe('a 2');
	expect(caches.stored.size).toBe(2);
	// Of neither: the host may know it, or not.
	expect((await site.answer(requestOf('assets/a-1.js')))?.status).toBe(404);
});

test('lets go of no cache but its own', async () => {
	await caches.open('another-app');
	const site = present();
	await site.install();
	await site.activate();
	expect([...caches.stored.keys()]).toContain('another-app');
});
