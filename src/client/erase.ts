import { isEmptyOf, isOurs, type KeptData, type KeptPlace } from '#domain/kept-data.ts';
import { siteOfCopy } from '#domain/site-copies.ts';

/** The small database, which names the others: their names begin with its own. */
const library = 'volley';
/** The worker's folders of the origin's private files. */
const folders = ['journals', 'exports'];
const tries = 20;
const betweenMs = 250;
/** As long as one deletion is waited for before all is looked at again. */
const patienceMs = 5_000;

/** What is there now, read from the browser itself. */
export async function keptData(): Promise<KeptData> {
	const unread: KeptPlace[] = [];
	const namesIn = async (place: KeptPlace, read: () => Promise<readonly string[]>) => {
		try {
			return await read();
		} catch (cause) {
			// What is refused to this page altogether, as in a private window, it has never kept anything in.
			if (place === 'databases' || !isRefusal(cause)) unread.push(place);
			return [];
		}
	};
	const [databases, files, entries, copies] = await Promise.all([
		// Firefox before 126 does not list them.
		namesIn('databases', async () =>
			(await indexedDB.databases()).flatMap(({ name }) => name ?? []),
		),
		namesIn('files', async () => {
			const root = await navigator.storage?.getDirectory?.();
			const names: string[] = [];
			if (root !== undefined)
				for await (const name of root.keys()) if (folders.includes(name)) names.push(name);
			return names;
		}),
		namesIn('entries', () =>
			Promise.resolve().then(() =>
				[localStorage, sessionStorage].flatMap((one) => Object.keys(one)),
			),
		),
		namesIn('copies', async () => (await globalThis.caches?.keys()) ?? []),
	]);
	return {
		databases: databases.filter(isOurs),
		files,
		entries: entries.filter(isOurs),
		copies: copies.filter(isOurs),
		unread,
	};
}

/**
 * Deletes all of it, here and under every other tab, and gives back what is left when it is looked for afterwards. The
 * engines of all tabs have to be told to end before. It never rejects, and it ends, whatever the browser does.
 */
export async function eraseKept(scope: string): Promise<KeptData> {
	const unread = new Set<KeptPlace>();
	let left = await keptData();
	// What is kept is shared by all Volleys of the origin.
	const sites = new Set([scope, ...left.copies.flatMap((name) => siteOfCopy(name) ?? [])]);
	await Promise.all([...sites].map(unregister)).catch((cause: unknown) => {
		if (!isRefusal(cause)) unread.add('copies');
	});
	if (left.unread.includes('databases'))
		for (const name of await namedDatabases()) unlisted.add(name);
	const all = (): KeptData => ({
		...left,
		databases: [...new Set([...left.databases, ...unlisted])],
	});
	// Another tab lets go a moment after it has heard.
	for (let tried = 0; tried < tries && !isEmptyOf({ ...all(), unread: [] }); tried++) {
		if (tried > 0) await wait(betweenMs);
		await deleteAll(all());
		left = await keptData();
	}
	return { ...all(), unread: [...new Set([...left.unread, ...unread])] };
}

async function unregister(scope: string): Promise<void> {
	const registration = await navigator.serviceWorker?.getRegistration(scope);
	// Where there is none of ours, the browser gives the one of a site above.
	if (registration?.scope === scope) await registration.unregister();
}

async function deleteAll({ databases, files, entries, copies }: KeptData): Promise<void> {
	if (entries.length > 0)
		for (const storage of [localStorage, sessionStorage])
			for (const key of entries) storage.removeItem(key);
	await Promise.allSettled([
		...databases.map(deleteDatabase),
		...copies.map((name) => caches.delete(name)),
		...files.map(async (name) => {
			const root = await navigator.storage.getDirectory();
			await root.removeEntry(name, { recursive: true });
		}),
	]);
}

/** Those that are known by name alone, and of which the browser has not said that they are gone. */
const unlisted = new Set<string>();
/** One deletion for each: a second would wait behind the first, which stands until no tab has the database open. */
const asked = new Set<string>();

/** Also resolves where it has to wait for another tab. */
async function deleteDatabase(name: string): Promise<void> {
	if (asked.has(name)) return;
	asked.add(name);
	const request = indexedDB.deleteDatabase(name);
	const end = new Promise<void>((resolve) => {
		request.addEventListener('blocked', () => {
			resolve();
		});
		for (const kind of ['success', 'error'])
			request.addEventListener(kind, () => {
				asked.delete(name);
				if (kind === 'success') unlisted.delete(name);
				resolve();
			});
	});
	await Promise.race([end, wait(patienceMs)]);
}

/** The library and those that it names, for a browser that does not list them; none where it is not there. */
function namedDatabases(): Promise<readonly string[]> {
	const found = new Promise<readonly string[]>((resolve) => {
		const request = indexedDB.open(library);
		request.addEventListener('upgradeneeded', () => {
			// It is not there, and is not to be made.
			request.transaction?.abort();
			resolve([]);
		});
		request.addEventListener('error', () => {
			resolve([library]);
		});
		request.addEventListener('success', () => {
			const db = request.result;
			readNames(db).then(
				(names) => {
					db.close();
					resolve([library, ...names]);
				},
				() => {
					db.close();
					resolve([library]);
				},
			);
		});
	});
	// It waits for ever behind a deletion that another tab holds up.
	return Promise.race([found.catch(() => []), wait(patienceMs).then(() => [library])]);
}

async function readNames(db: IDBDatabase): Promise<readonly string[]> {
	const keysOf = (store: string): Promise<readonly string[]> =>
		new Promise((resolve, reject) => {
			const request = db.transaction(store).objectStore(store).getAllKeys();
			request.addEventListener('success', () => {
				resolve(request.result.map(String));
			});
			request.addEventListener('error', () => {
				reject(new Error(`“${store}” cannot be read.`));
			});
		});
	const [runs, datasets, doomed] = await Promise.all(['runs', 'datasets', 'doomed'].map(keysOf));
	return [
		...(runs ?? []).map((id) => `${library}-run-${id}`),
		...(datasets ?? []).map((id) => `${library}-dataset-${id}`),
		// Journals are noted there too.
		...(doomed ?? []).filter(isOurs),
	];
}

/** The browser keeps nothing of the kind for this page. */
const isRefusal = (cause: unknown): boolean =>
	cause instanceof DOMException && cause.name === 'SecurityError';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
