import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileNameOf } from '#domain/file-name.ts';

test.each([
	['Coffee reviews', 'Coffee-reviews'],
	['', 'run'],
	[' . . ', 'run'],
	['...', 'run'],
	['../../etc/passwd', 'etc-passwd'],
	['C:\\Windows\\system32', 'C-Windows-system32'],
	['a<b>c:d"e/f\\g|h?i*j', 'a-b-c-d-e-f-g-h-i-j'],
	['report.html', 'report-html'],
	['photo\u202egnp.exe', 'photo-gnp-exe'],
	['\u2066a\u2069b\u061cc\u200fd', 'a-b-c-d'],
	['a\u0000b\u001b[31mc\u007f', 'a-b-[31mc'],
	['zero\u200bwidth\ufeff', 'zero-width'],
	['\u3164\u115f', 'run'],
	['a\ud800b', 'a-b'],
	['CON', 'CON-run'],
	['nul', 'nul-run'],
	['Com1', 'Com1-run'],
	['lpt²', 'lpt²-run'],
	['CONIN$', 'CONIN$-run'],
	['con.txt', 'con-txt'],
	['console', 'console'],
	['-rf', 'rf'],
	['e\u0301te\u0301', 'été'],
	['Kaffee ☕ 漢字', 'Kaffee-☕-漢字'],
])('%j is saved as %j', (name, file) => {
	expect(fileNameOf(name)).toBe(file);
});

test('whatever the name, every system takes it, with room for an ending', () => {
	const name = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 300 }),
		fc
			.array(fc.constantFrom(...'./\\:*?"<>| \0\n\u202e\ufeff漢é', '👨‍👩‍👧', 'con'), { maxLength: 200 })
			.map((all) => all.join('')),
	);
	fc.assert(
		fc.property(name, (given) => {
			const file = fileNameOf(given);
			expect(file).not.toBe('');
			expect(new TextEncoder().encode(file).length).toBeLessThanOrEqual(204);
			expect(file).not.toMatch(/[\p{C}\p{Default_Ignorable_Code_Point}\s/\\:*?"<>|.]/u);
			expect(file).not.toMatch(/^(con|prn|aux|nul|(com|lpt)[\d¹²³])$/i);
			expect(file).toMatch(/^[^-].*$/u);
			expect(encodeURIComponent(file)).not.toBe('');
		}),
		{ numRuns: 2_000 },
	);
});
