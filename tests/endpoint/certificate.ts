import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface Certificate {
	readonly key: string;
	readonly cert: string;
}

/** One DER value: its tag, its length, what is in it. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
	const content = Buffer.concat(parts);
	const { length } = content;
	const size =
		length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
/** With a year of two digits, as certificates write them until 2049. */
const time = (date: Date): Buffer =>
	der(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));
const bits = (bytes: Uint8Array): Buffer => der(0x03, Buffer.from([0]), bytes);

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const localhost = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('localhost')))));
/** Names the certificate is good for: `localhost` and 127.0.0.1. */
const subjectAltName = sequence(
	oid('551d11'),
	der(0x04, sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))),
);
/** An issuer, so that a client that is given it as its only authority trusts it. */
const basicConstraints = sequence(
	oid('551d13'),
	der(0x01, Buffer.from([0xff])),
	der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
);

/**
 * A certificate that vouches for itself, good for a day on this machine, and its key: made anew by each endpoint, so that
 * none is kept anywhere. Node reads certificates but writes none, hence the DER by hand.
 */
export function createCertificate(now: Date): Certificate {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
	const day = 86_400_000;
	const serial = randomBytes(8);
	// A serial number is positive: its first bit is not set, and its first byte is no padding.
	serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
	const body = sequence(
		der(0xa0, der(0x02, Buffer.from([2]))),
		der(0x02, serial),
		ecdsaWithSha256,
		localhost,
		sequence(time(new Date(now.getTime() - day)), time(new Date(now.getTime() + day))),
		localhost,
		publicKey.export({ type: 'spki', format: 'der' }),
		der(0xa3, sequence(subjectAltName, basicConstraints)),
	);
	const signed = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, privateKey)));
	const lines = signed.toString('base64').match(/.{1,64}/g) ?? [];
	return {
		key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
		cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
	};
}
