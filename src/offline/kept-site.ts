import { copiesOf } from '#domain/site-copies.ts';

/** The built site, as the build lists it: paths are relative to where it stands. */
export interface BuiltSite {
	/** Another one for any change of any file. */
	readonly version: string;
	/** SHA-256 of each file, in hexadecimal digits. The page itself stands under its folder: an empty path. */
	readonly files: Readonly<Record<string, string>>;
	/** Files that are kept once they are asked for: they are large, and most people never need them. */
	readonly later: readonly string[];
}

export interface SiteParts {
	readonly caches: CacheStorage;
	readonly fetch: (request: Request) => Promise<Response>;
	readonly digest: (bytes: ArrayBuffer) => Promise<ArrayBuffer>;
	/** The folder of the site, with a slash at its end. */
	readonly scope: string;
	/** Whether another version is being installed, or waits. */
	readonly isOtherComing: () => boolean;
}

/** The cache of a version that was taken: its number is higher the later that was. */
interface TakenVersion {
	readonly name: string;
	readonly number: number;
}

/** So the names began before they said whose they are; then nothing said either which of them were taken. */
const oldPrefix = 'volley-site-';

const hex = (bytes: ArrayBuffer): string =>
	[...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * The files of a version, kept together. A file's name changes with what is in it, so whatever version a page is of, it
 * is given its own files: pages and workers of two versions never meet.
 */
export class KeptSite {
	readonly #site: BuiltSite;
	readonly #parts: SiteParts;
	readonly #prefix: string;
	readonly #name: string;

	constructor(site: BuiltSite, parts: SiteParts) {
		this.#site = site;
		this.#parts = parts;
		this.#prefix = copiesOf(parts.scope);
		this.#name = this.#prefix + site.version;
	}

	/** Keeps every file of the version, or rejects and keeps none: a host may be in the middle of a change. */
	async install(): Promise<void> {
		const { caches } = this.#parts;
		// Taken once, it is whole; and a page may still be of it.
		if (await this.#isTaken()) return;
		const cache = await caches.open(this.#name);
		const later = new Set(this.#site.later);
		try {
			await Promise.all(
				Object.keys(this.#site.files)
					.filter((path) => !later.has(path))
					.map(async (path) => {
						await cache.put(this.#url(path), await this.#fetched(path));
					}),
			);
		} catch (cause) {
			await caches.delete(this.#name);
			throw cause;
		}
		// What is large, and was kept before, is not to be fetched again; the version is whole without it.
		const handedOn = this.#site.later.map(async (path) => {
			const file = await this.#handedOn(path);
			if (file !== undefined) await cache.put(this.#url(path), file);
		});
		await Promise.allSettled(handedOn);
	}

	/** Lets go of all versions but this one and the one that was taken before it: a tab may still be at that. */
	async activate(): Promise<void> {
		const { caches, isOtherComing } = this.#parts;
		const names = await this.#names(this.#prefix);
		// Looked at after the names: what was never taken is on its way, or was overtaken, or left by a browser that was killed.
		const sparesUntaken = isOtherComing();
		const taken = await this.#takenVersions();
		if (names.includes(this.#name)) {
			const cache = await caches.open(this.#name);
			await cache.put(this.#mark, new Response(String((taken[0]?.number ?? 0) + 1)));
		}
		const unscoped = await this.#unscoped();
		const before =
			taken.find(({ name }) => name !== this.#name) ?? unscoped.findLast(({ hasPage }) => hasPage);
		const old = [
			...names.filter((name) => !sparesUntaken || taken.some((one) => one.name === name)),
			...unscoped.map(({ name }) => name),
		].filter((name) => name !== this.#name && name !== before?.name);
		await Promise.all(old.map((name) => caches.delete(name)));
	}

	/** Once more where it is in use and its files were cleared, as by erasing: the browser installs no version twice. */
	async keep(): Promise<void> {
		if (await this.#isTaken()) return;
		await this.install();
		await this.activate();
	}

	async #isTaken(): Promise<boolean> {
		return (await this.#takenVersions()).some(({ name }) => name === this.#name);
	}

	async #names(prefix: string): Promise<readonly string[]> {
		return (await this.#parts.caches.keys()).filter((name) => name.startsWith(prefix));
	}

	/** The latest first. */
	async #takenVersions(): Promise<readonly TakenVersion[]> {
		const names = await this.#names(this.#prefix);
		const versions = await Promise.all(
			names.map(async (name) => {
				const mark = await this.#match(name, this.#mark);
				return mark === undefined ? [] : [{ name, number: Number(await mark.text()) }];
			}),
		);
		return versions.flat().sort((a, b) => b.number - a.number);
	}

	/** Caches of this site whose names do not say so, as they were made, and such as hold nothing. */
	async #unscoped(): Promise<readonly { readonly name: string; readonly hasPage: boolean }[]> {
		const { caches, scope } = this.#parts;
		const found = await Promise.all(
			(await this.#names(oldPrefix)).map(async (name) => {
				const urls = (await (await caches.open(name)).keys()).map(({ url }) => url);
				const hasPage = urls.includes(scope);
				const isOurs = hasPage || urls.some((url) => url.startsWith(`${scope}assets/`));
				return isOurs || urls.length === 0 ? [{ name, hasPage }] : [];
			}),
		);
		return found.flat();
	}

	/** What is kept for a request; null: it is not for a file of the site, and is none of our business. */
	answer(request: Request): Promise<Response> | null {
		const path = this.#pathOf(request);
		return path === null ? null : this.#kept(path, request);
	}

	#pathOf({ method, url, mode }: Request): string | null {
		const { scope } = this.#parts;
		if (method !== 'GET') return null;
		const plain = url.split('#', 1)[0] ?? '';
		if (mode === 'navigate') {
			const page = plain.split('?', 1)[0];
			return page === scope || page === `${scope}index.html` ? '' : null;
		}
		if (!plain.startsWith(scope)) return null;
		const path = plain.slice(scope.length);
		// What this version does not have may be of the one before: its scripts have names of their own.
		return path !== '' && (Object.hasOwn(this.#site.files, path) || path.startsWith('assets/'))
			? path
			: null;
	}

	async #kept(path: string, request: Request): Promise<Response> {
		const { caches, fetch } = this.#parts;
		const url = this.#url(path);
		const found = await this.#match(this.#name, url);
		if (found !== undefined) return found;
		if (path.startsWith('assets/') && !Object.hasOwn(this.#site.files, path)) {
			const older = await this.#older(url);
			return older ?? fetch(request);
		}
		if (!this.#site.later.includes(path)) return fetch(request);
		const fresh = (await this.#handedOn(path)) ?? (await this.#fetched(path));
		// A full disk must not keep it from whoever asked; and once all was erased, nothing is kept again.
		if (await caches.has(this.#name)) {
			const own = await caches.open(this.#name);
			await own.put(url, fresh.clone()).catch(() => undefined);
		}
		return fresh;
	}

	/** Unlike a cache that is opened for it, makes none. */
	#match(name: string, url: string): Promise<Response | undefined> {
		return this.#parts.caches.match(url, { cacheName: name, ignoreVary: true });
	}

	async #older(url: string): Promise<Response | undefined> {
		for (const { name } of [...(await this.#takenVersions()), ...(await this.#unscoped())]) {
			const found = await this.#match(name, url);
			if (found !== undefined) return found;
		}
		return undefined;
	}

	/** The file as a version before keeps it, where it is the same. */
	async #handedOn(path: string): Promise<Response | undefined> {
		const found = await this.#older(this.#url(path));
		if (found === undefined) return undefined;
		return (await this.#isOfVersion(path, await found.clone().arrayBuffer())) ? found : undefined;
	}

	async #isOfVersion(path: string, bytes: ArrayBuffer): Promise<boolean> {
		return hex(await this.#parts.digest(bytes)) === this.#site.files[path];
	}

	/** Rejects where the host gives anything but the file that the version was built with. */
	async #fetched(path: string): Promise<Response> {
		const response = await this.#parts.fetch(new Request(this.#url(path), { cache: 'no-cache' }));
		if (!response.ok) throw new Error(`“${path}” was answered with ${String(response.status)}.`);
		const bytes = await response.arrayBuffer();
		if (!(await this.#isOfVersion(path, bytes)))
			throw new Error(`“${path}” is of another version.`);
		// Made anew: one that was redirected cannot answer for a page.
		const headers = new Headers(response.headers);
		// The bytes are unpacked by now.
		headers.delete('content-encoding');
		headers.delete('content-length');
		return new Response(bytes, { headers });
	}

	/** No page and no file has this address. */
	get #mark(): string {
		return this.#url('?taken');
	}

	#url(path: string): string {
		return this.#parts.scope + path;
	}
}
