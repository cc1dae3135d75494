const blockSize = 2 ** 20;
const encoder = new TextEncoder();

/**
 * SHA-256 of a text of any length, of which one block is in memory: the browser's own takes only what is there as a whole.
 * The UTF-8 bytes are cut into blocks of 1 MiB; the digest is that of the digests of the blocks, one after the other.
 */
export class BlockDigest {
	readonly #block = new Uint8Array(blockSize);
	#filled = 0;
	readonly #digests: Uint8Array[] = [];

	async add(text: string): Promise<void> {
		const bytes = encoder.encode(text);
		for (let at = 0; at < bytes.length;) {
			const part = bytes.subarray(at, at + blockSize - this.#filled);
			this.#block.set(part, this.#filled);
			this.#filled += part.length;
			at += part.length;
			if (this.#filled === blockSize) await this.#close();
		}
	}

	/** In lower-case hexadecimal. Of no text at all it is the digest of nothing. */
	async digest(): Promise<string> {
		if (this.#filled > 0) await this.#close();
		const whole = new Uint8Array(this.#digests.length * 32);
		this.#digests.forEach((digest, i) => {
			whole.set(digest, i * 32);
		});
		return hex(await sha256(whole));
	}

	async #close(): Promise<void> {
		const block = this.#block.subarray(0, this.#filled);
		this.#filled = 0;
		this.#digests.push(await sha256(block));
	}
}

const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
	new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

const hex = (bytes: Uint8Array): string =>
	[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** SHA-256 of a text that is there as a whole, in lower-case hexadecimal. */
export const digestOf = async (text: string): Promise<string> =>
	hex(await sha256(encoder.encode(text)));
