/** By the names that `TextDecoder` knows. Latin-1 and ASCII are read as Windows-1252, as browsers read them. */
const names = {
	'utf-8': 'UTF-8',
	'utf-16le': 'UTF-16 LE',
	'utf-16be': 'UTF-16 BE',
	'windows-1252': 'Windows-1252',
	'windows-1250': 'Windows-1250',
	'windows-1251': 'Windows-1251',
	'windows-1253': 'Windows-1253',
	'windows-1254': 'Windows-1254',
	'windows-1255': 'Windows-1255',
	'windows-1256': 'Windows-1256',
	'windows-1257': 'Windows-1257',
	'windows-1258': 'Windows-1258',
	'windows-874': 'Windows-874',
	'iso-8859-2': 'ISO-8859-2',
	'iso-8859-3': 'ISO-8859-3',
	'iso-8859-4': 'ISO-8859-4',
	'iso-8859-5': 'ISO-8859-5',
	'iso-8859-6': 'ISO-8859-6',
	'iso-8859-7': 'ISO-8859-7',
	'iso-8859-8': 'ISO-8859-8',
	'iso-8859-10': 'ISO-8859-10',
	'iso-8859-13': 'ISO-8859-13',
	'iso-8859-14': 'ISO-8859-14',
	'iso-8859-15': 'ISO-8859-15',
	'koi8-r': 'KOI8-R',
	'koi8-u': 'KOI8-U',
	ibm866: 'IBM866',
	macintosh: 'Mac Roman',
	shift_jis: 'Shift_JIS',
	'euc-jp': 'EUC-JP',
	gb18030: 'GB18030',
	big5: 'Big5',
	'euc-kr': 'EUC-KR',
} as const;

export type TextEncoding = keyof typeof names;

/** The likeliest first. */
// The keys of a literal are all that it has.
export const textEncodings = Object.keys(names) as readonly TextEncoding[];

export const encodingName = (encoding: TextEncoding): string => names[encoding];
