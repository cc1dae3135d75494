import type { Column } from '#domain/dataset.ts';
import { assertNever } from '#domain/result.ts';
import type { TableLimits } from './limits.ts';
import type { SplitFault } from './row-splitter.ts';
import { listed, quoted } from './wording.ts';

const number = (value: number): string => value.toLocaleString('en-US');

/** What a file is refused with where a row cannot be read, naming the file, the row and the column. */
export function faultText(
	file: string,
	fault: SplitFault,
	columns: readonly Column[],
	hasHeader: boolean,
	limits: TableLimits,
): string {
	const row =
		fault.row === 0 && hasHeader ? 'the header' : `row ${number(fault.row + Number(!hasHeader))}`;
	const name =
		columns[fault.column]?.name ?? `column${hasHeader ? '_' : ' '}${(fault.column + 1).toString()}`;
	const cell = `${file}, ${row}, column ${quoted(name)}`;
	switch (fault.kind) {
		case 'unclosedQuote':
			return `${cell}: a quote (") is opened and never closed, one of too many to tell where their cells end. Close them, double them ("") where they are part of the text, or choose to read quotes as text.`;
		case 'cellTooLong':
			return `${cell}: the cell is longer than ${number(limits.cellCharacters)} characters. Shorten it, or look for a line end or a delimiter that is missing before it.`;
		case 'rowTooLong':
			return `${file}, ${row}: the row is longer than ${number(limits.rowCharacters)} characters. Look for line ends that are missing, or choose another delimiter.`;
		case 'tooManyColumns':
			return `${file}, ${row}: there are more than ${number(limits.columns)} columns. Remove those that no template needs, or choose another delimiter.`;
		default:
			return assertNever(fault.kind);
	}
}

/** How a file's columns differ from the first file's; null where they are the same, in whatever order. */
export function differenceText(
	file: string,
	columns: readonly Column[],
	firstColumns: readonly Column[],
): string | null {
	const missing = namesMissing(firstColumns, columns);
	const extra = namesMissing(columns, firstColumns);
	if (missing.length === 0 && extra.length === 0) return null;
	const differences = [
		...(missing.length > 0 ? [`no ${columnsText(missing)}`] : []),
		...(extra.length > 0 ? [extraText(extra)] : []),
	];
	return `${file} has ${differences.join(' and ')}`;
}

function namesMissing(of: readonly Column[], among: readonly Column[]): readonly string[] {
	const names = new Set(among.map(({ name }) => name));
	return of.map(({ name }) => name).filter((name) => !names.has(name));
}

const columnsText = (names: readonly string[]): string =>
	`${names.length === 1 ? 'column' : 'columns'} ${listed(names.map(quoted))}`;

const extraText = (names: readonly string[]): string =>
	`${names.length === 1 ? 'an extra' : 'extra'} ${columnsText(names)}`;
