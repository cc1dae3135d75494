import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { KeptSite, type BuiltSite } from '#offline/kept-site.ts';

const home = 'https://host/volley/';
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The Cache API as far as it is used: the order of names is that of their opening. */
class FakeCaches {
	readonly stored = new Map<string, Map<string, Response>>();
	/** A path that there is no room for. */
	hasNoRoomFor: string | null = null;

	open(name: string): Promise<Cache> {
		const entries = this.stored.get(name) ?? new Map<string, Response>();
		this.stored.set(name, entries);
		const cache = {
			put: (url: string, response: Response) => {
				if (this.hasNoRoomFor !== null && url.endsWith(this.hasNoRoomFor))
					return Promise.reject(new DOMException('full', 'QuotaExceededError'));
				entries.set(url, response);
				return Promise.resolve();
			},
			match: (url: string) => Promise.resolve(entries.get(url)?.clone()),
			keys: () => Promise.resolve([...entries.keys()].map((url) => ({ url }))),
		};
		return Promise.resolve(cache as unknown as Cache);
	}

	match = (url: string, { cacheName }: { cacheName: string }): Promise<Response | undefined> =>
		Promise.resolve(this.stored.get(cacheName)?.get(url)?.clone());
	has = (name: string): Promise<boolean> => Promise.resolve(this.stored.has(name));
	keys = (): Promise<string[]> => Promise.resolve([...this.stored.keys()]);
	delete = (name: string): Promise<boolean> => Promise.resolve(this.stored.delete(name));
}

let caches: FakeCaches;
let host: Map<string, string>;
let asked: string[];
let isOnline: boolean;
let isOtherComing: boolean;

beforeEach(() => {
	isOtherComing = false;
	caches = new FakeCaches();
	asked = [];
	isOnline = true;
	deploy({ '': 'page 1', 'assets/a-1.js': 'a 1', 'assets/words-1.js': 'words 1' });
});

function deploy(files: Readonly<Record<string, string>>): void {
	host = new Map(Object.entries(files));
}

function siteOf(
	files: Readonly<Record<string, string>>,
	later: readonly string[] = [],
	scope = home,
): KeptSite {
	const site: BuiltSite = {
		version: digest(JSON.stringify(files)).slice(0, 8),
		files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, digest(text)])),
		later,
	};
	return new KeptSite(site, {
		caches: caches,
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
		isOtherComing: () => isOtherComing,
	});
}

const present = (): KeptSite => siteOf(Object.fromEntries(host), ['assets/words-1.js']);

const requestOf = (path: string, more: Partial<Request> = {}): Request =>
	({ method: 'GET', mode: 'cors', url: home + path, ...more }) as Request;
const navigation = (path: string): Request => requestOf(path, { mode: 'navigate' });

const textOf = async (site: KeptSite, request: Request): Promise<string | null> =>
	(await (await site.answer(request))?.text()) ?? null;

test('what was installed is there without network; what is large comes once it is asked for', async () => {
	const site = present();
	await site.install();
	expect(asked).not.toContain(`${home}assets/words-1.js`);
	expect(await textOf(site, requestOf('assets/words-1.js'))).toBe('words 1');
	isOnline = false;
	expect(await textOf(site, navigation(''))).toBe('page 1');
	expect(await textOf(site, navigation('index.html'))).toBe('page 1');
	expect(await textOf(site, navigation('?from=home'))).toBe('page 1');
	expect(await textOf(site, requestOf('assets/a-1.js'))).toBe('a 1');
	expect(await textOf(site, requestOf('assets/words-1.js'))).toBe('words 1');
});

test('a version in use whose files were cleared is kept again once a page opens, and only then', async () => {
	const site = present();
	await site.install();
	await site.activate();
	caches.stored.clear();
	expect(await textOf(site, navigation(''))).toBe('page 1');
	expect([...caches.stored]).toEqual([]);
	isOnline = false;
	await expect(site.keep()).rejects.toThrow('offline');
	expect([...caches.stored]).toEqual([]);
	isOnline = true;
	await site.keep();
	asked = [];
	await site.keep();
	expect(asked).toEqual([]);
	isOnline = false;
	expect(await textOf(site, navigation(''))).toBe('page 1');
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

/** As before one has signed in to a network: it is there, and answers for every host. */
function signInPage(): void {
	for (const path of host.keys()) host.set(path, 'Sign in to this network');
}

describe('a host in the middle of a change', () => {
	test.each([
		['is behind a sign-in page', signInPage],
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

test('a sign-in page does not take the place of what is kept, nor is it kept', async () => {
	const site = present();
	await site.install();
	await site.activate();
	signInPage();
	expect(await textOf(site, navigation(''))).toBe('page 1');
	expect(await textOf(site, requestOf('assets/a-1.js'))).toBe('a 1');
	await expect(site.answer(requestOf('assets/words-1.js'))).rejects.toThrow('of another version');
	deploy({ 'assets/words-1.js': 'words 1' });
	expect(await textOf(site, requestOf('assets/words-1.js'))).toBe('words 1');
});

/** The version of this name is deployed, installed and taken. */
async function update(version: string, scope = home): Promise<KeptSite> {
	deploy({ '': `page ${version}`, [`assets/a-${version}.js`]: `a ${version}` });
	const site = siteOf(Object.fromEntries(host), [], scope);
	await site.install();
	await site.activate();
	return site;
}

/** What the site answers with for the script of each version while the host has none of them. */
async function scriptsOf(site: KeptSite, versions: string, scope = home): Promise<string> {
	deploy({});
	let known = '';
	for (const version of versions) {
		const url = `${scope}assets/a-${version}.js`;
		if ((await textOf(site, requestOf('', { url }))) === `a ${version}`) known += version;
	}
	return known;
}

describe('a page of the version before is given its own files, and what is older is let go', () => {
	test.each([
		['1', '1'],
		['12', '12'],
		['123', '23'],
		['1213', '13'],
		['1212', '12'],
		['12133', '13'],
	])('after %s', async (versions, known) => {
		let site = siteOf({});
		for (const version of versions) site = await update(version);
		expect(await textOf(site, navigation(''))).toBe(`page ${versions.at(-1) ?? ''}`);
		expect(await scriptsOf(site, '123')).toBe(known);
		expect(caches.stored.size).toBe(known.length);
	});
});

test('two sites of one origin let go of nothing of each other', async () => {
	const fork = 'https://host/';
	const first = await update('1');
	await update('7', fork);
	await update('8', fork);
	const other = await update('9', fork);
	expect(await scriptsOf(first, '1')).toBe('1');
	expect(await scriptsOf(other, '789', fork)).toBe('89');
});

describe('a browser that was killed while it installed', () => {
	/** What it leaves: some files of the version, of which nobody said that they are all. */
	async function killed(version: string): Promise<void> {
		await waiting(version);
		const last = [...caches.stored.values()].at(-1);
		for (const url of [...(last?.keys() ?? [])].slice(1)) last?.delete(url);
	}

	test('has left no version', async () => {
		await update('1');
		await killed('2');
		const site = await update('3');
		expect(await scriptsOf(site, '123')).toBe('13');
		expect(caches.stored.size).toBe(2);
	});

	test('fetches what is missing the next time', async () => {
		await update('1');
		await killed('2');
		expect(await scriptsOf(await update('2'), '12')).toBe('12');
	});

	test('keeps nothing from a version that is just coming in', async () => {
		await update('1');
		await killed('3');
		isOtherComing = true;
		await update('2');
		expect(caches.stored.size).toBe(3);
		isOtherComing = false;
		await update('2');
		expect(caches.stored.size).toBe(2);
	});
});

/** Installed, and not taken. */
async function waiting(version: string): Promise<KeptSite> {
	deploy({ '': `page ${version}`, [`assets/a-${version}.js`]: `a ${version}` });
	const site = siteOf(Object.fromEntries(host));
	await site.install();
	return site;
}

test('a version that was overtaken while it waited is not the one before', async () => {
	await update('1');
	await waiting('2');
	expect(await scriptsOf(await update('3'), '123')).toBe('13');
	expect(caches.stored.size).toBe(2);
});

test('a version is taken while a later one waits', async () => {
	await update('1');
	const second = await waiting('2');
	const third = await waiting('3');
	isOtherComing = true;
	await second.activate();
	expect(await scriptsOf(second, '12')).toBe('12');
	isOtherComing = false;
	await third.activate();
	expect(await scriptsOf(third, '123')).toBe('23');
});

test('a version that is there already is not lost where it cannot be fetched again', async () => {
	const site = await update('1');
	isOnline = false;
	await site.install();
	expect(await textOf(site, navigation(''))).toBe('page 1');
});

describe('a file that was kept once it was asked for', () => {
	const words = 'assets/words-1.js';

	async function updateWithWords(version: string, text = 'words 1'): Promise<KeptSite> {
		deploy({ '': `page ${version}`, [words]: text });
		const site = present();
		await site.install();
		await site.activate();
		return site;
	}

	test('is still there after updates, without being fetched again', async () => {
		const first = await updateWithWords('1');
		await first.answer(requestOf(words));
		await updateWithWords('2');
		await updateWithWords('3');
		const site = await updateWithWords('4');
		expect(asked.filter((url) => url.endsWith(words))).toHaveLength(1);
		isOnline = false;
		expect(await textOf(site, requestOf(words))).toBe('words 1');
	});

	test('is taken from the version before, whose page asked for it meanwhile', async () => {
		const first = await updateWithWords('1');
		const second = await updateWithWords('2');
		await first.answer(requestOf(words));
		isOnline = false;
		expect(await textOf(second, requestOf(words))).toBe('words 1');
		caches.stored.delete([...caches.stored.keys()][0] ?? '');
		expect(await textOf(second, requestOf(words))).toBe('words 1');
	});

	test('is fetched where it has changed', async () => {
		const first = await updateWithWords('1');
		await first.answer(requestOf(words));
		const second = await updateWithWords('2', 'words 2');
		expect(await textOf(second, requestOf(words))).toBe('words 2');
	});

	test('that is too large for the disk by now keeps no version from being installed', async () => {
		const first = await updateWithWords('1');
		await first.answer(requestOf(words));
		caches.hasNoRoomFor = words;
		isOnline = true;
		const second = await updateWithWords('2');
		expect(await textOf(second, navigation(''))).toBe('page 2');
		expect(await textOf(second, requestOf(words))).toBe('words 1');
	});
});

describe('caches of before, whose names do not say whose they are', () => {
	async function before(version: string, scope = home): Promise<void> {
		const cache = await caches.open(`volley-site-${version}`);
		await cache.put(scope, new Response(`page ${version}`));
		await cache.put(`${scope}assets/a-${version}.js`, new Response(`a ${version}`));
	}

	test('are given to their pages until the next version, and are let go then', async () => {
		await before('1');
		await before('2');
		await caches.open('volley-site-empty');
		const third = await update('3');
		expect(await scriptsOf(third, '123')).toBe('23');
		expect(caches.stored.size).toBe(2);
		expect(await scriptsOf(await update('4'), '1234')).toBe('34');
		expect(caches.stored.size).toBe(2);
	});

	test.each([
		['below', home, 'https://host/'],
		['above', 'https://host/', home],
		['beside', 'https://host/fork/', home],
	])('stay where they are those of a site %s', async (_, theirs, scope) => {
		await before('1', theirs);
		await update('2', scope);
		await update('3', scope);
		expect([...caches.stored.keys()]).toContain('volley-site-1');
	});
});

test('answers after everything was erased, and keeps nothing again', async () => {
	const site = present();
	await site.install();
	await site.activate();
	caches.stored.clear();
	for (const path of ['assets/a-1.js', 'assets/words-1.js', 'assets/a-0.js'])
		await site.answer(requestOf(path));
	expect(await textOf(site, navigation(''))).toBe('page 1');
	expect(await textOf(site, requestOf('assets/words-1.js'))).toBe('words 1');
	await site.activate();
	expect([...caches.stored.keys()]).toEqual([]);
});

test('lets go of no cache but its own', async () => {
	await caches.open('another-app');
	const site = present();
	await site.install();
	await site.activate();
	expect([...caches.stored.keys()]).toContain('another-app');
});
