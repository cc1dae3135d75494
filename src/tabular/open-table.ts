import type { Column, ImportNotice } from '#domain/dataset.ts';
import type { Problem } from '#domain/problem.ts';
import { ok, type Result } from '#domain/result.ts';
import { nameColumns } from './column-names.ts';
import { detectDelimiter, noDelimiter } from './delimiter.ts';
import { detectEncoding, type EncodingChoice } from './encoding.ts';
import { fileText, readBytes } from './file-text.ts';
import { detectLineEnd } from './line-end.ts';
import { binaryLook, textLook } from './not-a-table.ts';
import { fileProblem, type ReadContext } from './reading.ts';
import { RowSplitter, type SplitRow, type TableFormat } from './row-splitter.ts';
import { faultText } from './table-problems.ts';
import { encodingName, listed, quoted } from './wording.ts';

const headBytes = 65_536;
const sampleCharacters = 262_144;

/** A file of which the header was read: what its rows are read with. */
export interface OpenTable {
	readonly file: File;
	/** Its place among the files, from 0. */
	readonly index: number;
	readonly encoding: EncodingChoice;
	readonly format: TableFormat;
	readonly header: SplitRow;
	readonly columns: readonly Column[];
	readonly notices: readonly ImportNotice[];
}

/** Finds out how a file is to be read, and reads its header. Throws the signal's reason once aborted. */
export async function openTable(
	file: File,
	index: number,
	context: ReadContext,
): Promise<Result<OpenTable, Problem>> {
	const refuse = (message: string): Result<never, Problem> => fileProblem(message, index);
	const { limits, sliceBytes, signal } = context;
	if (file.size === 0)
		return refuse(`${file.name} is empty. Choose a file with a header and rows.`);
	if (file.size > limits.fileBytes)
		return refuse(
			`${file.name} is larger than ${sizeText(limits.fileBytes)}. Split it and load the parts as runs of their own.`,
		);
	if (context.delimiter !== null && !isDelimiter(context.delimiter))
		return refuse(
			`${file.name} cannot be split at ${quoted(context.delimiter)}. Choose one character as the delimiter, not a quote or a line end.`,
		);

	const head = await readBytes(file, 0, headBytes);
	const binary = binaryLook(head);
	if (binary !== null) return refuse(`${file.name} is not a table: ${binary}`);
	const detectOptions = { forced: context.encoding, sliceBytes, signal };
	const encoding = await detectEncoding(file, head, detectOptions);
	const sample = await readSample(file, encoding, context);
	const look = textLook(sample.text);
	if (look !== null) return refuse(`${file.name} is not a table: ${look}`);

	const lineEnd = detectLineEnd(sample.text);
	const delimiter = context.delimiter ?? detectDelimiter(sample.text, lineEnd, sample.isWhole);
	const format = { delimiter, lineEnd };
	const header = await readHeader(file, encoding, format, context);
	if (!header.ok) return refuse(header.error);
	if (header.value === null)
		return refuse(`${file.name} has only blank lines. Choose a file with a header and rows.`);
	const columns = nameColumns(header.value.cells);
	const notices = [...fallbackNotice(file.name, encoding), ...renamedNotice(file.name, columns)];
	return ok({ file, index, encoding, format, header: header.value, columns, notices });
}

const isDelimiter = (text: string): boolean =>
	text === noDelimiter || (text.length === 1 && !/["\r\n\ufeff]/.test(text));

const sizeText = (bytes: number): string =>
	bytes >= 1e9 ? `${(bytes / 1e9).toString()} GB` : `${bytes.toLocaleString('en-US')} bytes`;

async function readSample(
	file: File,
	{ encoding, markBytes }: EncodingChoice,
	{ sliceBytes, signal }: ReadContext,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
	let text = '';
	for await (const piece of fileText(file, encoding, markBytes, sliceBytes)) {
		signal.throwIfAborted();
		text += piece.text;
		if (text.length > sampleCharacters)
			return { text: text.slice(0, sampleCharacters), isWhole: false };
	}
	return { text, isWhole: true };
}

async function readHeader(
	file: File,
	{ encoding, markBytes }: EncodingChoice,
	format: TableFormat,
	{ limits, sliceBytes, signal }: ReadContext,
): Promise<Result<SplitRow | null, string>> {
	const splitter = new RowSplitter(format, limits);
	for await (const { text } of fileText(file, encoding, markBytes, sliceBytes)) {
		signal.throwIfAborted();
		const [first] = splitter.push(text);
		if (first !== undefined) return ok(first);
		if (splitter.fault !== null) break;
	}
	const first = splitter.fault === null ? splitter.finish()[0] : undefined;
	const { fault } = splitter;
	if (first !== undefined || fault === null) return ok(first ?? null);
	return { ok: false, error: faultText(file.name, fault, [], limits) };
}

const fallbackNotice = (file: string, { encoding, basis }: EncodingChoice): ImportNotice[] =>
	basis === 'fallback'
		? [
				{
					kind: 'encoding',
					message: `${file} is not UTF-8; it was read as ${encodingName(encoding)}. Check the text, or choose another encoding.`,
					rows: [],
				},
			]
		: [];

function renamedNotice(file: string, columns: readonly Column[]): ImportNotice[] {
	const renamed = columns.flatMap(({ name, header }, i) => {
		if (header.trim() === name) return [];
		const old =
			header.trim() === '' ? `column ${(i + 1).toString()} (no name)` : quoted(header.trim());
		return [`${old} → ${quoted(name)}`];
	});
	if (renamed.length === 0) return [];
	const message = `${file}: columns were renamed so that each has a name of its own: ${listed(renamed)}.`;
	return [{ kind: 'renamedColumns', message, rows: [] }];
}
