import type { SettledRequest } from '#domain/outcome.ts';

export type SettledPage = readonly SettledRequest[];

/** The next settled requests from `from` on, at most so many, in plan order. */
export type ReadPage = (from: number, size: number) => Promise<SettledPage>;

export interface PagesOptions {
	/** Asked for the number of requests before each page. */
	readonly size: () => number;
	/** What a page is used with is read here: later it would wait until the next page is there. */
	readonly prepare?: (page: SettledPage) => Promise<void>;
}

/** In plan order. While a page is used the next one is read, so that two are in memory. */
export async function* settledPages(
	read: ReadPage,
	{ size, prepare }: PagesOptions,
): AsyncGenerator<SettledPage, void, undefined> {
	const ask = (from: number): { readonly size: number; readonly page: Promise<SettledPage> } => {
		const asked = size();
		const page = read(from, asked);
		// Whoever leaves off before it is there is not told of its failure.
		page.catch(() => undefined);
		return { size: asked, page };
	};
	for (let next = ask(0); ;) {
		const page = await next.page;
		const last = page.at(-1);
		if (last === undefined) return;
		await prepare?.(page);
		if (page.length < next.size) {
			yield page;
			return;
		}
		next = ask(last.request + 1);
		yield page;
	}
}
