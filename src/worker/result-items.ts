import { numberAt } from '#domain/json.ts';
import { readJson } from '#domain/read-json.ts';
import { readResultItem, type ReadItem } from '#domain/results-file.ts';
import { fileTexts } from '#tabular/file-lines.ts';
import type { JsonForm } from '#tabular/json-form.ts';
import { JsonSplitter, type JsonPiece, type JsonSplitFault } from '#tabular/json-splitter.ts';
import { Refused } from './refused.ts';

/** Characters of one item. */
const longestItem = 64_000_000;

export interface PlacedItem extends ReadItem {
	/** From 1. */
	readonly number: number;
	readonly characters: number;
	/** Whether it is another choice of the request that the item before it belongs to. */
	readonly continues: boolean;
}

const faultWords: Readonly<Record<JsonSplitFault, string>> = {
	tooLong: `is longer than ${longestItem.toLocaleString('en')} characters.`,
	unclosed: 'is not closed before the file ends: the file is cut off there.',
	noList: 'is not there: the file holds no list.',
	textBehind: 'is followed by more text, behind the end of the list.',
};

/** The items of a results file, one in memory at a time. */
export async function* resultItems(
	file: Blob,
	signal: AbortSignal,
	onBytes: (bytes: number) => void,
): AsyncGenerator<PlacedItem, void, undefined> {
	let before: PlacedItem | null = null;
	let choices = 0;
	for await (const { text, number } of jsonPieces(file, signal, onBytes)) {
		const named = `Item ${number.toLocaleString('en')}`;
		const parsed = readJson(text);
		if (!parsed.ok) {
			const isPython = /[:[,\s](NaN|-?Infinity)\b/.test(text);
			throw new Refused(
				`${named} ${parsed.error}.${isPython ? ' NaN and Infinity are Python’s, not JSON’s: write null for them.' : ''}`,
			);
		}
		const read = readResultItem(parsed.value);
		if (!read.ok) throw new Refused(`${named} ${read.error}`);
		const isNext: boolean = before !== null && continuesWith(before, read.value, choices);
		choices = isNext ? choices + 1 : 1;
		before = { ...read.value, number, characters: text.length, continues: isNext };
		yield before;
	}
}

function continuesWith(before: ReadItem, item: ReadItem, choices: number): boolean {
	if (before.choice === null || item.choice === null) return false;
	if (before.sameness !== item.sameness) return false;
	if (before.place !== null && item.place !== null)
		return (before.place.choiceIndex ?? 0) < (item.place.choiceIndex ?? 0);
	const most = numberAt(item.modelArgs, 'n');
	if (most !== null && choices >= most) return false;
	const last = numberAt(before.choice, 'index');
	const index = numberAt(item.choice, 'index');
	return last === null || index === null || last < index;
}

/** A file that begins otherwise has none. */
export async function* jsonPieces(
	file: Blob,
	signal: AbortSignal,
	onBytes?: (bytes: number) => void,
): AsyncGenerator<JsonPiece, void, undefined> {
	let splitter: JsonSplitter | null = null;
	for await (const text of fileTexts(file, signal, onBytes)) {
		if (splitter === null) {
			if (text.trim() === '') continue;
			const form: JsonForm = text.trimStart().startsWith('[') ? 'array' : 'values';
			splitter = new JsonSplitter(form, longestItem);
		}
		yield* splitter.push(text);
		refuseFault(splitter);
	}
	if (splitter === null) return;
	yield* splitter.finish();
	refuseFault(splitter);
}

function refuseFault({ fault, number }: JsonSplitter): void {
	if (fault !== null) throw new Refused(`Item ${number.toLocaleString('en')} ${faultWords[fault]}`);
}
