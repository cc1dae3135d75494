import { isEmptyOf, type KeptData } from '#domain/kept-data.ts';

/** All that is Volley's is named so; other sites of the same origin have what they have. */
const isOurs = (name: string): boolean => /^volley(?![a-z])/.test(name);
/** The worker's folders of the origin's private files. */
const folders = ['journals', 'exports'];
const tries = 20;
const betweenMs = 250;

/** What is there now, read from the browser itself. */
export async function keptData(): Promise<KeptData> {
	const [databases, files, copies] = await Promise.all([
		orNone(async () => (await indexedDB.databases()).flatMap(({ name }) => name ?? [])),
		orNone(async () => {
			const root = await navigator.storage.getDirectory();
			const names: string[] = [];
			for await (const name of root.keys()) if (folders.includes(name)) names.push(name);
			return names;
		}),
		orNone(() => caches.keys()),
	]);
	const entries = [localStorage, sessionStorage].flatMap((storage) => Object.keys(storage));
	return {
		databases: databases.filter(isOurs),
		files,
		entries: entries.filter(isOurs),
		copies: copies.filter(isOurs),
	};
}

/**
 * Deletes all of it, here and under every other tab, and gives back what is left when it is looked for afterwards. The
 * engines of all tabs have to be told to end before.
 */
export async function eraseKept(scope: string): Promise<KeptData> {
	const registration = await navigator.serviceWorker?.getRegistration(scope);
	await registration?.unregister();
	let left = await keptData();
	// Another tab lets go a moment after it has heard.
	for (let tried = 0; tried < tries && !isEmptyOf(left); tried++) {
		if (tried > 0) await new Promise((resolve) => setTimeout(resolve, betweenMs));
		await deleteAll(left);
		left = await keptData();
	}
	return left;
}

async function deleteAll({ databases, files, entries, copies }: KeptData): Promise<void> {
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

/** Also resolves where that has to wait for another tab. */
const deleteDatabase = (name: string): Promise<void> =>
	new Promise((resolve) => {
		const request = indexedDB.deleteDatabase(name);
		for (const kind of ['success', 'error', 'blocked'])
			request.addEventListener(kind, () => {
				resolve();
			});
	});

/** Where the browser has no such thing, nothing is in it. */
async function orNone(read: () => Promise<readonly string[]>): Promise<readonly string[]> {
	try {
		return await read();
	} catch {
		return [];
	}
}
