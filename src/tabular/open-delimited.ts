import type { Column, ImportNotice, Row } from '#domain/dataset.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { nameColumns, numberColumns } from './column-names.ts';
import { detectDelimiter } from './delimiter.ts';
import type { EncodingChoice } from './encoding.ts';
import { fileText } from './file-text.ts';
import { hasHeader } from './header-row.ts';
import { detectLineEnd } from './line-end.ts';
import type { ReadContext } from './reading.ts';
import { RowSplitter } from './row-splitter.ts';
import { isDelimiter, type TableFormat } from './table-format.ts';
import { renamedNotice } from './renamed-notice.ts';
import { faultText } from './table-problems.ts';
import type { Sample } from './text-sample.ts';
import { quoted } from './wording.ts';

export interface DelimitedLayout {
	readonly kind: 'delimited';
	readonly format: TableFormat;
	readonly hasHeader: boolean;
	/** Characters above the first row: those of Excel's own line. */
	readonly above: number;
}

export interface OpenDelimited {
	readonly layout: DelimitedLayout;
	readonly columns: readonly Column[];
	readonly notices: readonly ImportNotice[];
}

/** Enough to tell a header from the rows. */
const lookedAt = 100;

/** Finds out how a table's text is cut, and what its columns are. A refusal begins with the file's name. */
export async function openDelimited(
	file: File,
	encoding: EncodingChoice,
	whole: Sample,
	context: ReadContext,
): Promise<Result<OpenDelimited, string>> {
	if (context.delimiter !== null && !isDelimiter(context.delimiter))
		return err(
			`${file.name} cannot be split at ${quoted(context.delimiter)}. Choose one character as the delimiter, not a quote or a line end.`,
		);
	const own = excelLine(whole.text);
	const sample = { ...whole, text: whole.text.slice(own.length) };
	const quotesEnclose = context.quotes !== 'text';
	const lineEnd = detectLineEnd(sample.text, quotesEnclose);
	const found = { lineEnd, quotesEnclose };
	const delimiter =
		context.delimiter ?? own.delimiter ?? detectDelimiter(sample.text, found, sample.isWhole);
	const format = { delimiter, ...found };

	const rows = rowsOf(sample, format, context);
	// A first row may be longer than the sample.
	const first =
		rows[0] === undefined
			? await readFirst(file, encoding, format, own.length, context)
			: ok(rows[0]);
	if (!first.ok) return err(first.error);
	if (first.value === null)
		return err(`${file.name} has only blank lines. Choose a file with a header and rows.`);
	const cells = first.value;
	const isHeader = context.header ?? hasHeader(rows);
	const columns = isHeader ? nameColumns(cells) : numberColumns(cells.length);
	return ok({
		layout: { kind: 'delimited', format, hasHeader: isHeader, above: own.length },
		columns,
		notices: [
			...(isHeader ? renamedNotice(file.name, columns) : []),
			...(isHeader || context.header === false ? [] : [noHeaderNotice(file.name)]),
		],
	});
}

/** `sep=;` above the table: how Excel is told the delimiter. */
function excelLine(text: string): { readonly delimiter: string | null; readonly length: number } {
	const [line, delimiter = ''] = /^sep=([^\r\n])(?:\r\n|\r|\n)/i.exec(text) ?? [];
	return line === undefined || !isDelimiter(delimiter)
		? { delimiter: null, length: 0 }
		: { delimiter, length: line.length };
}

async function readFirst(
	file: File,
	encoding: EncodingChoice,
	format: TableFormat,
	above: number,
	{ limits, sliceBytes, signal, header }: ReadContext,
): Promise<Result<Row | null, string>> {
	const splitter = new RowSplitter(format, limits, above);
	for await (const { text } of fileText(file, encoding, sliceBytes)) {
		signal.throwIfAborted();
		const [first] = splitter.push(text).rows;
		if (first !== undefined) return ok(first);
		if (splitter.fault !== null) break;
	}
	const first = splitter.fault === null ? splitter.finish().rows[0] : undefined;
	const { fault } = splitter;
	if (first !== undefined || fault === null) return ok(first ?? null);
	return err(faultText(file.name, fault, [], header !== false, limits));
}

function rowsOf(sample: Sample, format: TableFormat, { limits }: ReadContext): readonly Row[] {
	const splitter = new RowSplitter(format, limits, 0);
	const whole = splitter.push(sample.text).rows;
	const last = sample.isWhole && splitter.fault === null ? splitter.finish().rows : [];
	return [...whole, ...last].slice(0, lookedAt);
}

const noHeaderNotice = (file: string): ImportNotice => ({
	kind: 'noHeader',
	message: `${file} seems to have no header row, so its columns are numbered. If its first row names them, choose so under “Not read right?”.`,
	rows: [],
});
