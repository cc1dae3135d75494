import type { Column, ImportNotice } from '#domain/dataset.ts';
import type { Problem } from '#domain/problem.ts';
import { ok, type Result } from '#domain/result.ts';
import { encodingName } from '#domain/text-encoding.ts';
import { detectEncoding, type EncodingChoice } from './encoding.ts';
import { readBytes } from './file-text.ts';
import { jsonForm } from './json-form.ts';
import { binaryLook, textLook } from './not-a-table.ts';
import { openDelimited, type DelimitedLayout } from './open-delimited.ts';
import { openJson, type JsonLayout } from './open-json.ts';
import { fileProblem, type ReadContext } from './reading.ts';
import { readSample } from './text-sample.ts';

const headBytes = 65_536;

/** A file of which the columns are known: what its rows are read with. */
export interface OpenTable {
	readonly file: File;
	/** Its place among the files, from 0. */
	readonly index: number;
	readonly encoding: EncodingChoice;
	readonly layout: DelimitedLayout | JsonLayout;
	readonly columns: readonly Column[];
	readonly notices: readonly ImportNotice[];
}

/** Finds out how a file is to be read, and its columns. Throws the signal's reason once aborted. */
export async function openTable(
	file: File,
	index: number,
	context: ReadContext,
	isNotUtf8: boolean,
	onRead: (bytesRead: number) => void,
): Promise<Result<OpenTable, Problem>> {
	const refuse = (message: string): Result<never, Problem> => fileProblem(message, index);
	const { limits } = context;
	if (file.size === 0)
		return refuse(`${file.name} is empty. Choose a file with a header and rows.`);
	if (file.size > limits.fileBytes)
		return refuse(
			`${file.name} is larger than ${sizeText(limits.fileBytes)}. Split it and load the parts as runs of their own.`,
		);

	const head = await readBytes(file, 0, headBytes);
	const binary = binaryLook(head);
	if (binary !== null) return refuse(`${file.name} is not a table: ${binary}`);
	const encoding = detectEncoding(head, context.encoding, isNotUtf8);
	const sample = await readSample(file, encoding, context);
	const look = textLook(sample.text);
	if (look !== null) return refuse(`${file.name} is not a table: ${look}`);

	// A delimiter that was chosen says that it is a table, whatever it looks like.
	const form = context.delimiter === null ? jsonForm(sample.text, sample.isWhole, file.name) : null;
	const opened =
		form === null
			? await openDelimited(file, encoding, sample, context)
			: await openJson(file, encoding, form, context, onRead);
	if (!opened.ok) return refuse(opened.error);
	const { layout, columns } = opened.value;
	const notices = [...fallbackNotice(file.name, encoding), ...opened.value.notices];
	return ok({ file, index, encoding, layout, columns, notices });
}

const sizeText = (bytes: number): string =>
	bytes >= 1e9 ? `${(bytes / 1e9).toString()} GB` : `${bytes.toLocaleString('en-US')} bytes`;

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
