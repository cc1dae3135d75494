import type { Column, ImportNotice } from '#domain/dataset.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { nameColumns } from './column-names.ts';
import type { EncodingChoice } from './encoding.ts';
import { fileText } from './file-text.ts';
import type { JsonForm } from './json-form.ts';
import { JsonRows, type JsonRow } from './json-rows.ts';
import { ownText } from './own-text.ts';
import type { ReadContext } from './reading.ts';
import { renamedNotice } from './renamed-notice.ts';
import { quoted } from './wording.ts';

export interface JsonLayout {
	readonly kind: 'json';
	readonly form: JsonForm;
	/** The names of all objects, in the order in which they are first met. */
	readonly names: readonly string[];
}

export interface OpenJson {
	readonly layout: JsonLayout;
	readonly columns: readonly Column[];
	readonly notices: readonly ImportNotice[];
}

/**
 * Reads a JSON file through once for its names: what the last object alone has is a column too, and is known before the
 * first row is given out. A refusal begins with the file's name.
 */
export async function openJson(
	file: File,
	encoding: EncodingChoice,
	form: JsonForm,
	context: ReadContext,
	onRead: (bytesRead: number) => void,
): Promise<Result<OpenJson, string>> {
	const refuse = (why: string): Result<never, string> => err(`${file.name}, ${why}`);
	const rows = new JsonRows(form, context.limits, false);
	const names = new Set<string>();
	let count = 0;
	let first: JsonRow | undefined;
	const take = (found: readonly JsonRow[]): void => {
		for (const row of found) {
			first ??= row;
			count++;
			for (const name of row.members.keys()) if (!names.has(name)) names.add(ownText(name));
		}
	};
	const wrong = (): string | null =>
		names.size > context.limits.columns ? tooManyNames(context.limits.columns) : rows.fault;

	for await (const { text, bytesRead } of fileText(file, encoding, context.sliceBytes)) {
		context.signal.throwIfAborted();
		take(rows.push(text));
		const fault = wrong();
		if (fault !== null) return refuse(fault);
		onRead(bytesRead);
	}
	take(rows.finish());
	const fault = wrong() ?? (count === 1 && form !== 'array' ? listWithin(first) : null);
	if (fault !== null) return refuse(fault);
	if (count === 0) return refuse('there are no objects in it. Choose a file with rows.');
	if (names.size === 0) return refuse('the objects are empty. Choose a file with columns.');
	const all = [...names];
	const columns = nameColumns(all);
	const notices = renamedNotice(file.name, columns);
	return ok({ layout: { kind: 'json', form, names: all }, columns, notices });
}

const tooManyNames = (most: number): string =>
	`the objects have more than ${most.toLocaleString('en-US')} names in all. Remove those that no template needs.`;

/** One object alone that holds a list of objects is a wrapping around the rows. */
function listWithin(row: JsonRow | undefined): string | null {
	// It was parsed before, and is an object.
	const value = JSON.parse(row?.text ?? '{}') as Readonly<Record<string, unknown>>;
	const list = Object.entries(value).find(
		([, member]) => Array.isArray(member) && typeof member[0] === 'object',
	);
	if (list === undefined) return null;
	return `the rows are within one object, under ${quoted(list[0])}. Save that list alone, from its [ to its ], and load it.`;
}
