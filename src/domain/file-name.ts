/** Files of these names cannot be made on Windows, whatever their ending. */
const reservedNames = /^(con|prn|aux|nul|conin\$|conout\$|clock\$|com[\d¹²³]|lpt[\d¹²³])$/iu;
/** Room for an ending within the 255 bytes that file systems take. */
const mostBytes = 200;
const mostCharacters = 80;

/** A run's name as a file name that every system takes. */
export function fileNameOf(name: string): string {
	const plain = name
		.normalize('NFC')
		.replace(/[\p{C}\p{Default_Ignorable_Code_Point}\s/\\:*?"<>|.]+/gu, '-')
		.replace(/^-+|-+$/g, '');
	let safe = '';
	let bytes = 0;
	for (const character of [...plain].slice(0, mostCharacters)) {
		bytes += utf8Bytes(character.codePointAt(0) ?? 0);
		if (bytes > mostBytes) break;
		safe += character;
	}
	if (safe === '') return 'run';
	return reservedNames.test(safe) ? `${safe}-run` : safe;
}

function utf8Bytes(codePoint: number): number {
	if (codePoint < 0x80) return 1;
	if (codePoint < 0x800) return 2;
	return codePoint < 0x10000 ? 3 : 4;
}
