import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eraseKept, keptData } from '#client/erase.ts';
import { isEmptyOf, type KeptData } from '#domain/kept-data.ts';
import { copiesOf } from '#domain/site-copies.ts';
import { newWorld, openedRun, storedDataset, succeeded, type World } from '../storage/world.ts';

const scope = 'https://host/volley/';
const nothing: KeptData = { databases: [], files: [], entries: [], copies: [], unread: [] };
const ours = ['volley', 'volley-dataset-id-1', 'volley-run-id-2'];

/** The places of an origin that `erase.ts` looks into. */
interface Origin {
	registrations: string[];
	getRegistration: (url: string) => Promise<unknown>;
	databases: (() => Promise<IDBDatabaseInfo[]>) | undefined;
	getDirectory: () => Promise<unknown>;
	caches: Set<string>;
}
let world: World;
let origin: Origin;

beforeEach(() => {
	vi.useFakeTimers({ toFake: ['setTimeout'] });
	world = newWorld();
	const caches = new Set<string>();
	origin = {
		registrations: [],
		// The longest that the address begins with, as browsers do.
		getRegistration: (url) => {
			const found = origin.registrations
				.filter((one) => url.startsWith(one))
				.sort((a, b) => b.length - a.length)[0];
			return Promise.resolve(
				found === undefined
					? undefined
					: {
							scope: found,
							unregister: () => {
								origin.registrations = origin.registrations.filter((one) => one !== found);
								return Promise.resolve(true);
							},
						},
			);
		},
		databases: () => world.factory.databases(),
		getDirectory: () =>
			Promise.resolve({
				keys: async function* () {
					// None.
				},
			}),
		caches,
	};
	vi.stubGlobal('localStorage', storageOf({ 'volley-results-layout': '{}', 'other-app': '1' }));
	vi.stubGlobal('sessionStorage', storageOf({ 'volley-append-1': 'a.jsonl' }));
	vi.stubGlobal('caches', {
		keys: () => Promise.resolve([...caches]),
		delete: (name: string) => Promise.resolve(caches.delete(name)),
	});
	vi.stubGlobal('navigator', {
		serviceWorker: { getRegistration: (url: string) => origin.getRegistration(url) },
		storage: { getDirectory: () => origin.getDirectory() },
	});
	const { factory } = world;
	vi.stubGlobal('indexedDB', {
		get databases() {
			return origin.databases;
		},
		open: (name: string) => factory.open(name),
		deleteDatabase: (name: string) => factory.deleteDatabase(name),
	});
});

afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

/** Storage as far as it is used: its keys are its own properties. */
const storageOf = (entries: Record<string, string>): unknown => {
	const storage: Record<string, unknown> = { ...entries };
	Object.defineProperty(storage, 'removeItem', {
		value: (key: string) => Reflect.deleteProperty(storage, key),
	});
	return storage;
};

/** A dataset and a run, as the engine keeps them; nobody has them open any more. */
async function fill(): Promise<void> {
	const library = await world.open();
	await storedDataset(library, [['good']]);
	const { store } = await openedRun(library, 1);
	await store.settle(succeeded(0));
	await library.close();
	expect(await world.databaseNames()).toEqual(ours);
}

/** Waits as long as it takes, in no time. */
async function erased(): Promise<KeptData> {
	const end = eraseKept(scope);
	let done = false;
	void end.finally(() => (done = true)).catch(() => undefined);
	for (let turn = 0; turn < 500 && !done; turn++) {
		await vi.advanceTimersByTimeAsync(250);
		await new Promise((resolve) => setImmediate(resolve));
	}
	expect(done).toBe(true);
	return end;
}

test('takes what is ours, and nothing else', async () => {
	await fill();
	await new Promise((resolve) => {
		world.factory.open('other-app').onsuccess = resolve;
	});
	origin.caches.add('volley-site-1').add('other-app');
	expect(isEmptyOf(await keptData())).toBe(false);
	expect(await erased()).toEqual(nothing);
	expect(await world.databaseNames()).toEqual(['other-app']);
	expect([...origin.caches]).toEqual(['other-app']);
	expect(Object.keys(localStorage)).toEqual(['other-app']);
	expect(Object.keys(sessionStorage)).toEqual([]);
});

test.each([
	['does not list its databases', undefined],
	['cannot list its databases', () => Promise.reject(new DOMException('no', 'UnknownError'))],
])('where the browser %s, those that the library names are deleted', async (_, databases) => {
	await fill();
	origin.databases = databases;
	const left = await erased();
	expect(await world.databaseNames()).toEqual([]);
	// What else there may be is not known, and that is said.
	expect(left).toEqual({ ...nothing, unread: ['databases'] });
	expect(isEmptyOf(left)).toBe(false);
	// Nothing is made by looking for what is not there.
	expect(await erased()).toEqual(left);
	expect(await world.databaseNames()).toEqual([]);
});

test.each([true, false])(
	'a database that another tab holds is left, and said to be (listed: %s)',
	async (isListed) => {
		await fill();
		if (!isListed) origin.databases = undefined;
		const held = await new Promise<IDBDatabase>((resolve) => {
			const request = world.factory.open('volley-run-id-2');
			request.onsuccess = () => {
				resolve(request.result);
			};
		});
		expect((await erased()).databases).toEqual(['volley-run-id-2']);
		// Also asked again: a second deletion waits behind the first.
		expect((await erased()).databases).toEqual(['volley-run-id-2']);
		held.close();
		await erased();
		expect(await world.databaseNames()).toEqual([]);
	},
);

test('a deletion that waits for ever behind another ends as one that is left, and is asked for once', async () => {
	await fill();
	const stuck = 'volley-run-stuck';
	await new Promise((resolve) => {
		world.factory.open(stuck).onsuccess = resolve;
	});
	const asked: string[] = [];
	const { factory } = world;
	Object.defineProperty(indexedDB, 'deleteDatabase', {
		value: (name: string) => {
			asked.push(name);
			return name === stuck ? new EventTarget() : factory.deleteDatabase(name);
		},
	});
	expect(await erased()).toEqual({ ...nothing, databases: [stuck] });
	expect(asked.sort()).toEqual([...ours, stuck].sort());
});

test.each([
	[
		'the service worker',
		() => (origin.getRegistration = () => Promise.reject(new DOMException('no', 'UnknownError'))),
		'copies',
	],
	[
		'the private files',
		() => (origin.getDirectory = () => Promise.reject(new DOMException('no', 'UnknownError'))),
		'files',
	],
])('%s that cannot be looked at keep nothing else from being erased', async (_, spoil, place) => {
	await fill();
	spoil();
	expect(await erased()).toEqual({ ...nothing, unread: [place] });
	expect(await world.databaseNames()).toEqual([]);
});

test.each([
	['of a site above is not ours', ['https://host/'], ['https://host/']],
	['of our own folder is', ['https://host/', scope], ['https://host/']],
])('a service worker %s to end', async (_, registered, left) => {
	origin.registrations = registered;
	expect(await erased()).toEqual(nothing);
	expect(origin.registrations).toEqual(left);
});

test('the other Volleys of the origin share the databases, and are erased with their service workers', async () => {
	const fork = 'https://host/fork/';
	origin.registrations = [scope, fork, 'https://host/other/'];
	origin.caches.add(`${copiesOf(fork)}1`).add(`${copiesOf(scope)}1`);
	expect(await erased()).toEqual(nothing);
	expect(origin.registrations).toEqual(['https://host/other/']);
});

test('what the browser keeps from this page altogether is empty', async () => {
	const refused = () => {
		throw new DOMException('The operation is insecure.', 'SecurityError');
	};
	vi.stubGlobal('caches', { keys: () => Promise.resolve().then(refused) });
	origin.getDirectory = () => Promise.resolve().then(refused);
	Object.defineProperty(globalThis, 'localStorage', { configurable: true, get: refused });
	expect(await erased()).toEqual(nothing);
});
