import type { Column } from '#domain/dataset.ts';

/** The name itself, or with the first free number from 2 behind it. */
export function uniqueName(name: string, isTaken: (name: string) => boolean): string {
	if (!isTaken(name)) return name;
	let number = 2;
	while (isTaken(`${name}_${number.toString()}`)) number++;
	return `${name}_${number.toString()}`;
}

/**
 * A column for each cell of the header, each with a name of its own: trimmed; `column_3` where there is none; `name_2`
 * where it is repeated. A name that stands in the file is never taken by a made one.
 */
export function nameColumns(headers: readonly string[]): readonly Column[] {
	const written = new Set(headers.map((header) => header.trim()));
	const given = new Set<string>();
	return headers.map((header, i) => {
		const trimmed = header.trim();
		const isMade = trimmed === '' || given.has(trimmed);
		const name = isMade
			? uniqueName(
					trimmed === '' ? `column_${(i + 1).toString()}` : trimmed,
					(candidate) => given.has(candidate) || written.has(candidate),
				)
			: trimmed;
		given.add(name);
		return { name, header };
	});
}

/** Columns of a table without a header: nothing was there that could have been renamed. */
export const numberColumns = (width: number): readonly Column[] =>
	Array.from({ length: width }, (_, i) => {
		const name = `column ${(i + 1).toString()}`;
		return { name, header: name };
	});

/** Columns for cells beyond the header, named by their place in the row. */
export function extraColumns(
	columns: readonly Column[],
	headerWidth: number,
	width: number,
	hasHeader: boolean,
): readonly Column[] {
	const beyond = numberColumns(width).slice(headerWidth);
	if (!hasHeader) return beyond;
	const taken = new Set(columns.map(({ name }) => name));
	return beyond.map(({ name }) => ({
		name: uniqueName(name.replace(' ', '_'), (candidate) => taken.has(candidate)),
		header: '',
	}));
}
