import type { SealedKey } from '#storage/library-schema.ts';

/** The parts of Web Cryptography that sealing takes. */
export interface Sealing {
	readonly subtle: SubtleCrypto;
	readonly random: (length: number) => Uint8Array<ArrayBuffer>;
}

/** What beside the passphrase the key that seals is derived from. */
export type SealParameters = Pick<SealedKey, 'version' | 'iterations' | 'salt'>;

/** A key that seals, for as long as the worker lives: the browser gives it out to nobody, this code included. */
export interface Seal {
	readonly parameters: SealParameters;
	readonly key: CryptoKey;
}

const version = 1;
/** As OWASP advises for PBKDF2 with SHA-256. */
const iterations = 600_000;
/** A record that asks for more would only hang the tab. */
const mostIterations = 10_000_000;

export const newParameters = ({ random }: Sealing): SealParameters => ({
	version,
	iterations,
	salt: random(16),
});

/** Null of parameters that this version does not know, or that are not worth a passphrase. */
export async function deriveSeal(
	{ subtle }: Sealing,
	passphrase: string,
	parameters: SealParameters,
): Promise<Seal | null> {
	const isKnown = parameters.version === version && parameters.salt.length >= 16;
	if (!isKnown || parameters.iterations < iterations || parameters.iterations > mostIterations)
		return null;
	// Keyboards compose the same letter in more than one way.
	const typed = new TextEncoder().encode(passphrase.normalize('NFKC'));
	const base = await subtle.importKey('raw', typed, 'PBKDF2', false, ['deriveKey']);
	const key = await subtle.deriveKey(
		{ name: 'PBKDF2', hash: 'SHA-256', iterations: parameters.iterations, salt: parameters.salt },
		base,
		{ name: 'AES-GCM', length: 256 },
		false,
		['encrypt', 'decrypt'],
	);
	return { parameters, key };
}

/** Bound to the origin: moved beneath another one, a record opens no more. */
const boundTo = (origin: string): Uint8Array<ArrayBuffer> =>
	new TextEncoder().encode(JSON.stringify(['volley key', version, origin]));

export async function sealKey(
	{ subtle, random }: Sealing,
	{ parameters, key }: Seal,
	origin: string,
	secret: string,
	typedAt: number,
): Promise<SealedKey> {
	// Never twice the same under one key, which 96 random bits see to for as many keys as anybody has.
	const iv = random(12);
	const sealed = await subtle.encrypt(
		{ name: 'AES-GCM', iv, additionalData: boundTo(origin) },
		key,
		new TextEncoder().encode(secret),
	);
	return { origin, ...parameters, iv, sealed: new Uint8Array(sealed), typedAt };
}

/** Null where it was sealed with another passphrase, for another origin, or is damaged: which of these cannot be told. */
export async function openKey(
	{ subtle }: Sealing,
	{ key }: Seal,
	{ origin, iv, sealed }: SealedKey,
): Promise<string | null> {
	try {
		const opened = await subtle.decrypt(
			{ name: 'AES-GCM', iv, additionalData: boundTo(origin) },
			key,
			sealed,
		);
		return new TextDecoder().decode(opened);
	} catch {
		return null;
	}
}

export const isSame = (a: SealParameters, b: SealParameters): boolean =>
	a.version === b.version &&
	a.iterations === b.iterations &&
	a.salt.length === b.salt.length &&
	a.salt.every((byte, i) => byte === b.salt[i]);
