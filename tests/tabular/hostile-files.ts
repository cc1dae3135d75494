import fc from 'fast-check';

/** A file as a careless or a malicious hand would make it. */
export interface HostileFile {
	readonly kind: string;
	readonly name: string;
	readonly bytes: Uint8Array<ArrayBuffer>;
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const bytesOf = (...bytes: readonly number[]): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}

function wide(text: string, isBigEndian: boolean): Uint8Array<ArrayBuffer> {
	const view = new DataView(new ArrayBuffer(text.length * 2));
	for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), !isBigEndian);
	return new Uint8Array(view.buffer);
}

const magic: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
	xlsx: bytesOf(0x50, 0x4b, 0x03, 0x04, 0x14, 0, 6, 0),
	xls: bytesOf(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1),
	pdf: utf8('%PDF-1.7\n%âãÏÓ\n'),
	png: bytesOf(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
	gzip: bytesOf(0x1f, 0x8b, 8, 0, 0, 0, 0, 0),
	html: utf8('<!DOCTYPE html><html><body>Log in</body></html>'),
	exe: bytesOf(0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0),
};

const smallSeed = fc.integer({ min: 1, max: 400 });
const letters = 'abc,;\t|"\'\r\n {}[]:=+-@\\<>/é☕\u0000\ufeff\u202e__proto__';
const soup = fc
	.array(fc.constantFrom(...letters, '""', '\r\n', '__proto__', 'constructor', '{"', '[{'), {
		maxLength: 300,
	})
	.map((parts) => parts.join(''));

/** Each kind, by a seed. Every size is a small multiple, so that two hundred of them take seconds. */
export const hostileFile: fc.Arbitrary<HostileFile> = fc.oneof(
	fc.uint8Array({ maxLength: 600 }).map((bytes) => ({
		kind: 'random bytes',
		name: 'a.csv',
		bytes: new Uint8Array(bytes),
	})),
	soup.map((text) => ({ kind: 'soup', name: 'a.csv', bytes: utf8(text) })),
	soup.map((text) => ({ kind: 'soup as JSON', name: 'a.json', bytes: utf8(`[{${text}`) })),
	fc.tuple(soup, fc.boolean(), fc.boolean()).map(([text, isBig, isCut]) => {
		const bytes = wide(`\ufeff${text}`, isBig);
		return {
			kind: 'UTF-16, perhaps cut in a character',
			name: 'a.csv',
			bytes: isCut ? bytes.slice(0, -1) : bytes,
		};
	}),
	fc.constantFrom('\ud800', '\udc00', '\ud800a', '\udfff\ud800').map((lone) => ({
		kind: 'lone surrogates in UTF-16',
		name: 'a.csv',
		bytes: wide(`\ufeffa,b\n1,${lone}\n${lone},2\n`, false),
	})),
	fc.constantFrom(1, 2, 3).map((cut) => ({
		kind: 'UTF-8 cut in a character',
		name: 'a.csv',
		bytes: utf8('id,text\n1,fine ☕☕').slice(0, -cut),
	})),
	smallSeed.map((n) => ({
		kind: 'NUL bytes here and there',
		name: 'a.csv',
		bytes: utf8(`a,b\n${'1,\0x\n'.repeat(n)}`),
	})),
	smallSeed.map((n) => ({
		kind: 'a run of quotes',
		name: 'a.csv',
		bytes: utf8(`a,b\n${'"'.repeat(n * 500 + 1)}\n`),
	})),
	smallSeed.map((n) => ({
		kind: 'quotes out of place',
		name: 'a.csv',
		bytes: utf8(`a,b\n1,"${'x"y"'.repeat(n * 100)}"\n`),
	})),
	smallSeed.map((n) => ({
		kind: 'an open quote over the rest',
		name: 'a.csv',
		bytes: utf8(`a,b\n1,"${'x,y\n'.repeat(n * 100)}`),
	})),
	smallSeed.map((n) => ({
		kind: 'one endless line',
		name: 'a.csv',
		bytes: utf8('x'.repeat(n * 5_000)),
	})),
	smallSeed.map((n) => ({
		kind: 'too many columns',
		name: 'a.csv',
		bytes: utf8(`${'c,'.repeat(n * 50)}c\n${'1,'.repeat(n * 50)}1\n`),
	})),
	smallSeed.map((n) => ({
		kind: 'a header that repeats itself',
		name: 'a.csv',
		bytes: utf8(`${Array.from({ length: n }, () => '__proto__').join(',')}\n${'1,'.repeat(n)}\n`),
	})),
	smallSeed.map((n) => ({
		kind: 'blank lines',
		name: 'a.csv',
		bytes: utf8(`a\n${'\n'.repeat(n * 500)}1\n`),
	})),
	smallSeed.map((n) => ({
		kind: 'line ends of every sort',
		name: 'a.csv',
		bytes: utf8(`a,b\r${'1,2\r\n3,4\n5,6\r7,8\n\r'.repeat(n)}`),
	})),
	smallSeed.map((n) => ({
		kind: 'ragged rows',
		name: 'a.csv',
		bytes: utf8(`a,b\n${Array.from({ length: n }, (_, i) => 'x,'.repeat(i % 7)).join('\n')}\n`),
	})),
	fc.tuple(smallSeed, fc.constantFrom('[', '{"a":', '[{"a":[')).map(([n, opener]) => ({
		kind: 'deep JSON',
		name: 'a.json',
		bytes: utf8(opener.repeat(n * 250)),
	})),
	smallSeed.map((n) => ({
		kind: 'deep JSON that is closed',
		name: 'a.json',
		bytes: utf8(`[{"a":${'['.repeat(n * 250)}${']'.repeat(n * 250)}}]`),
	})),
	smallSeed.map((n) => ({
		kind: 'JSON with a name for each row',
		name: 'a.jsonl',
		bytes: utf8(
			Array.from({ length: n * 5 }, (_, i) => `{"k${String(i)}":${String(i)}}`).join('\n'),
		),
	})),
	smallSeed.map((n) => ({
		kind: 'JSON that reaches for the prototype',
		name: 'a.jsonl',
		bytes: utf8(
			'{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}\n'.repeat(n),
		),
	})),
	smallSeed.map((n) => ({
		kind: 'backslashes',
		name: 'a.json',
		bytes: utf8(`[{"a":"${'\\'.repeat(n * 100 + 1)}"}]`),
	})),
	fc
		.tuple(fc.constantFrom(...Object.keys(magic)), fc.uint8Array({ maxLength: 300 }))
		.map(([what, rest]) => ({
			kind: `${what} under another name`,
			name: 'a.csv',
			bytes: joined(magic[what] ?? bytesOf(), new Uint8Array(rest)),
		})),
);
