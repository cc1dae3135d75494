import { expect, test } from 'vitest';
import { guardFormulas } from '#tabular/formula-guard.ts';

test.each([
	['=1+1', "'=1+1"],
	['=cmd|’ /C calc’!A0', "'=cmd|’ /C calc’!A0"],
	['=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'],
	['+1+1', "'+1+1"],
	['-1+1', "'-1+1"],
	['-1-1', "'-1-1"],
	['@SUM(A1)', "'@SUM(A1)"],
	['＝1+1', "'＝1+1"],
	['＠x', "'＠x"],
	['－x', "'－x"],
	['\tx', "'\tx"],
	['\t=1', "'\t=1"],
	['\rx', "'\rx"],
	['\r=1', "'\r'=1"],
	[' =1', "' =1"],
	['\u00a0=1', "'\u00a0=1"],
	['\u3000=1', "'\u3000=1"],
	['\u200b=1', "'\u200b=1"],
	['\ufeff=1', "'\ufeff=1"],
	['\0=1', "'\0=1"],
	['fine\n=1', "fine\n'=1"],
	['fine\r\n =1', "fine\r\n' =1"],
	['fine\r+x', "fine\r'+x"],
	['\n=1', "\n'=1"],
	['=1\n=2', "'=1\n'=2"],
	['a\n\n@x\nb', "a\n\n'@x\nb"],
	['-', "'-"],
	['- item', "'- item"],
	['+49 30 123', "'+49 30 123"],
	['-3.5.x', "'-3.5.x"],
	['-3.5', '-3.5'],
	['+7', '+7'],
	['-1,234.50', '-1,234.50'],
	['-3,5', '-3,5'],
	['-1.5e-7', '-1.5e-7'],
	['-.5', '-.5'],
	['-5 %', '-5 %'],
	['a\n-3', 'a\n-3'],
	['', ''],
	['plain', 'plain'],
	['a=b', 'a=b'],
	['a-b@c.d', 'a-b@c.d'],
	["'=1", "'=1"],
	['1 + 1', '1 + 1'],
	['fine\n\tindented', 'fine\n\tindented'],
])('%j becomes %j', (cell, guarded) => {
	expect(guardFormulas(cell)).toBe(guarded);
});

test('a cell of a million signs costs little', () => {
	const cell = ' '.repeat(1_000_000);
	expect(guardFormulas(cell)).toBe(cell);
	expect(guardFormulas(`-1${cell}x`)[0]).toBe("'");
	expect(guardFormulas(`${'-1,'.repeat(300_000)}x`)[0]).toBe("'");
});
