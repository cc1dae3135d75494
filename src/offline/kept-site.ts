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
}

const prefix = 'volley-site-';
/** This version and the one before it: a tab may still be at that. */
const keptVersions = 2;

const hex = (bytes: ArrayBuffer): string =>
	[...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * The files of a version, kept together. A file's name changes with what is in it, so whatever version a page is of, it
 * is given its own files: pages and workers of two versions never meet.
 */
export class KeptSite {
	readonly #site: BuiltSite;
	readonly #parts: SiteParts;
	readonly #name: string;

	constructor(site: BuiltSite, parts: SiteParts) {
		this.#site = site;
		this.#parts = parts;
		this.#name = prefix + site.version;
	}

	/** Keeps every file of the version, or rejects and keeps none: a host may be in the middle of a change. */
	async install(): Promise<void> {
		const { caches } = this.#parts;
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
	}

	/** Lets go of the versions that no page is of any more. */
	async activate(): Promise<void> {
		const { caches } = this.#parts;
		const others = (await caches.keys()).filter(
			(name) => name.startsWith(prefix) && name !== this.#name,
		);
		const old = others.slice(0, Math.max(0, others.length - (keptVersions - 1)));
		await Promise.all(old.map((name) => caches.delete(name)));
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
		const own = await caches.open(this.#name);
		const found = await own.match(url, { ignoreVary: true });
		if (found !== undefined) return found;
		if (path.startsWith('assets/') && !Object.hasOwn(this.#site.files, path)) {
			const older = await this.#older(url);
			return older ?? fetch(request);
		}
		if (!this.#site.later.includes(path)) return fetch(request);
		const fresh = await this.#fetched(path);
		// A full disk must not keep it from whoever asked.
		await own.put(url, fresh.clone()).catch(() => undefined);
		return fresh;
	}

	async #older(url: string): Promise<Response | undefined> {
		const { caches } = this.#parts;
		for (const name of await caches.keys()) {
			if (!name.startsWith(prefix)) continue;
			const found = await (await caches.open(name)).match(url, { ignoreVary: true });
			if (found !== undefined) return found;
		}
		return undefined;
	}

	/** Rejects where the host gives anything but the file that the version was built with. */
	async #fetched(path: string): Promise<Response> {
		const { fetch, digest } = this.#parts;
		const response = await fetch(new Request(this.#url(path), { cache: 'no-cache' }));
		if (!response.ok) throw new Error(`“${path}” was answered with ${String(response.status)}.`);
		const bytes = await response.arrayBuffer();
		if (hex(await digest(bytes)) !== this.#site.files[path])
			throw new Error(`“${path}” is of another version.`);
		// Made anew: one that was redirected cannot answer for a page.
		const headers = new Headers(response.headers);
		// The bytes are unpacked by now.
		headers.delete('content-encoding');
		headers.delete('content-length');
		return new Response(bytes, { headers });
	}

	#url(path: string): string {
		return this.#parts.scope + path;
	}
}
