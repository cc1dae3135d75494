import { isChosen, type ExportChoice } from '#domain/export-choice.ts';
import { meansReopened } from '#domain/result-filter.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { choicesAsked, settledCount } from '#domain/run.ts';
import { PageSize } from '#storage/page-size.ts';
import { csvWriter, wideCsvWriter, type PlacedItem } from '#tabular/csv-writer.ts';
import type { ItemWriter } from '#tabular/item-writer.ts';
import { jsonlWriter, jsonWriter } from '#tabular/json-writer.ts';
import type { RunSource } from './runs.ts';

export interface Writing {
	/** Takes a piece of the file's text. */
	readonly put: (text: string) => Promise<void> | undefined;
	/** Told how many settled requests are through, and how many there are. */
	readonly onDone: (done: number, total: number) => void;
	/** Ends it: it then rejects with the signal's reason. */
	readonly signal: AbortSignal;
}

/**
 * Writes what of a run has settled by the time it is read, in plan order, a page of requests in memory at a time; gives
 * back how many items, or lines of a table, that were.
 */
export const writeRun = (
	source: RunSource,
	choice: ExportChoice,
	writing: Writing,
): Promise<number> =>
	choice.format === 'csv' && choice.csv.layout === 'rows'
		? writeRows(source, choice, writing)
		: writeAnswers(source, choice, writing);

async function writeAnswers(
	source: RunSource,
	choice: ExportChoice,
	{ put, onDone, signal }: Writing,
): Promise<number> {
	const { store, plan } = source;
	const writer = writerOf(source, choice);
	const size = new PageSize();
	const isWhole = choice.filter === null && choice.failures && choice.partial;
	await put(writer.open());
	let done = 0;
	for await (const page of pagesOf(source, size)) {
		signal.throwIfAborted();
		let characters = 0;
		for (const settled of await meant(store, choice, page)) {
			const items = await plan.items(settled);
			const text = writer.items(isWhole ? items : items.filter((item) => isChosen(choice, item)));
			characters += text.length;
			const waiting = put(text);
			if (waiting !== undefined) await waiting;
		}
		size.tell(page, characters);
		done += page.length;
		onDone(done, settledCount(store.counters));
	}
	await put(writer.close());
	return writer.written;
}

/** Those of a page that the filter can mean at all. */
async function meant(
	store: RunSource['store'],
	{ filter }: ExportChoice,
	page: readonly SettledRequest[],
): Promise<readonly SettledRequest[]> {
	const [first, last] = [page[0], page.at(-1)];
	if (filter === null || meansReopened(filter) || first === undefined || last === undefined)
		return page;
	const reopened = new Set(await store.reopenedWithin(first.request, last.request));
	return reopened.size === 0 ? page : page.filter(({ request }) => !reopened.has(request));
}

/** Pages with the rows that they are told with near at hand. */
export const pagesOf = (
	{ store, plan }: RunSource,
	size: PageSize,
): AsyncGenerator<readonly SettledRequest[], void, undefined> =>
	store.settledPages({
		size: () => size.next,
		prepare: async (page) => {
			for (const { request } of page) await plan.row(plan.place(request));
		},
	});

function writerOf({ plan, run }: RunSource, { format, parts, csv }: ExportChoice): ItemWriter {
	switch (format) {
		case 'json':
			return jsonWriter(parts);
		case 'jsonl':
			return jsonlWriter(parts);
		case 'csv':
			return csvWriter(plan.columns, { ...csv, connections: run.setup.shares !== undefined });
	}
}

/**
 * A line for each row: the requests of a row stand as far apart in the plan as there are rows, once for each template, so
 * a block of rows is read from as many places at once.
 */
async function writeRows(
	source: RunSource,
	choice: ExportChoice,
	{ put, onDone, signal }: Writing,
): Promise<number> {
	const { store, plan, run } = source;
	const { templates, rows, models, repeats = 1, paired = false } = plan.size;
	const passes = paired ? 1 : templates;
	const perRow = models * repeats;
	const writer = wideCsvWriter(
		plan.columns,
		{
			templates: passes,
			models: models === run.setup.models.length ? run.setup.models : [],
			choices: choicesAsked(run.setup),
			repeats,
		},
		{ ...choice.csv, failures: choice.failures },
	);
	const size = new PageSize();
	const read = (first: number): { readonly count: number; readonly block: Promise<Block> } => {
		const count = Math.min(rows - first, Math.max(1, Math.floor(size.next / (passes * perRow))));
		const block = Promise.all(
			Array.from({ length: passes }, (_, pass) =>
				store
					.readSettled((pass * rows + first) * perRow, count * perRow)
					.then((part) => meant(store, choice, part)),
			),
		);
		block.catch(() => undefined);
		return { count, block };
	};
	await put(writer.open());
	let done = 0;
	let first = 0;
	for (let next = read(first); first < rows;) {
		const { count, block } = next;
		const settled = await block;
		signal.throwIfAborted();
		const from = first;
		first += count;
		const byRow = Array.from({ length: count }, (): SettledRequest[] => []);
		settled.forEach((part, pass) => {
			for (const one of part) {
				const row = Math.floor(one.request / perRow) - pass * rows - from;
				byRow[row]?.push(one);
			}
		});
		// Before the next block: behind it they would have to wait for it.
		for (const [one] of byRow) if (one !== undefined) await plan.row(plan.place(one.request));
		if (first < rows) next = read(first);
		let characters = 0;
		for (const ofRow of byRow) {
			const items = await placedItems(source, choice, ofRow, paired);
			done += ofRow.length;
			const [one] = ofRow;
			if (one === undefined || items.length === 0) continue;
			const text = writer.row(await plan.row(plan.place(one.request)), items);
			characters += text.length;
			await put(text);
		}
		size.tell(settled.flat(), characters, count * passes * perRow);
		onDone(done, settledCount(store.counters));
	}
	return writer.written;
}

type Block = readonly (readonly SettledRequest[])[];

async function placedItems(
	{ plan }: RunSource,
	choice: ExportChoice,
	settled: readonly SettledRequest[],
	paired: boolean,
): Promise<readonly PlacedItem[]> {
	const { models } = plan.size;
	const placed: PlacedItem[] = [];
	for (const one of settled) {
		const { repeat = 0 } = plan.place(one.request);
		for (const item of await plan.items(one))
			if (isChosen(choice, item))
				placed.push({
					item,
					template: paired ? 0 : item.prompt_index,
					// Where each row names its model there is one column for all of them.
					model: models === 1 ? 0 : item.model_index,
					repeat,
				});
	}
	return placed;
}
