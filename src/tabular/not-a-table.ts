interface Look {
	readonly starts: readonly number[];
	readonly sentence: string;
}

const looks: readonly Look[] = [
	{ starts: [0x89, 0x50, 0x4e, 0x47], sentence: 'it is a PNG image.' },
	{ starts: [0xff, 0xd8, 0xff], sentence: 'it is a JPEG image.' },
	{ starts: [0x47, 0x49, 0x46, 0x38], sentence: 'it is a GIF image.' },
	{
		starts: [0x25, 0x50, 0x44, 0x46, 0x2d],
		sentence: 'it is a PDF document. Export its table as CSV.',
	},
	{
		starts: [0x50, 0x4b, 0x03, 0x04],
		sentence: 'it is a ZIP archive, as an Excel workbook (.xlsx) is. Save the sheet as CSV.',
	},
	{
		starts: [0xd0, 0xcf, 0x11, 0xe0],
		sentence: 'it is an old Excel workbook (.xls). Save the sheet as CSV.',
	},
	{
		starts: [0x1f, 0x8b],
		sentence: 'it is compressed with gzip. Unpack it and load the CSV in it.',
	},
];

/** Why these first bytes of a file are no text table, or null where they may be one. */
export const binaryLook = (head: Uint8Array): string | null =>
	looks.find((look) => look.starts.every((byte, i) => head[i] === byte))?.sentence ?? null;

/** Why this beginning of a file's text is no table, or null where it may be one. */
export function textLook(sample: string): string | null {
	if (sample.includes('\0'))
		return 'it holds NUL bytes, as binary files do. If it is text, choose its encoding.';
	if (/^\s*<(!doctype html|html)[\s>]/i.test(sample))
		return 'it is a web page (HTML). Download the CSV itself.';
	return null;
}
