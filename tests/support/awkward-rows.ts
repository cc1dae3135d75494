export interface AwkwardRow {
	readonly id: string;
	readonly lang: string;
	readonly text: string;
	readonly 'num ber': string;
}

const texts = [
	'plain words',
	'comma, and "quotes", and \'apostrophes\'',
	'two\nlines\nthree',
	'carriage\r\nreturn',
	'{braces} {{doubled}} }{',
	'{"a": {"b": [1, 2, {"c": null}]}}',
	'=SUM(A1:A9)',
	'<script>alert(1)</script><img src=x onerror=alert(2)>',
	'Świetna kawa — „mocna”',
	'とても良いコーヒーです。👍🏽',
	'قهوة ممتازة',
	'   spaces around   ',
	'semi;colon\ttab|pipe',
	'__proto__ constructor',
	'\\frac{1}{2} \\n not a newline',
	'',
];

/** Rows as people's files have them, the same for the same number. */
export const awkwardRows = (count: number): readonly AwkwardRow[] =>
	Array.from({ length: count }, (_, i) => ({
		id: `row-${String(count - i)}`,
		lang: ['en', 'pl', 'ja', 'ar'][i % 4] ?? 'en',
		text: `${texts[i % texts.length] ?? ''}${i % 7 === 0 ? ` ${'long '.repeat(i % 50)}` : ''}`,
		'num ber': String((i * 7919) % 1_000),
	}));

const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** With a BOM and CRLF, as Excel writes it. */
export const awkwardCsv = (rows: readonly AwkwardRow[]): string =>
	`\uFEFFid,lang,text,num ber\r\n${rows
		.map((row) => [row.id, row.lang, row.text, row['num ber']].map(cell).join(','))
		.join('\r\n')}\r\n`;
