/** One write to the disk. */
const partCharacters = 1_048_576;
/** The most that so many characters take. */
const bytesPerCharacter = 3;

type Write = (bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>;

/** Gathers text and writes it as UTF-8, a part of about a megabyte at a time. The bytes are good until the write is done. */
export class TextSink {
	readonly #write: Write;
	readonly #encoder = new TextEncoder();
	/** Used again for each part: to encode into what is there costs a fifth of making it anew. */
	readonly #buffer = new Uint8Array(partCharacters * bytesPerCharacter);
	#text = '';
	#bytes = 0;

	constructor(write: Write) {
		this.#write = write;
	}

	/** Written by now. */
	get bytes(): number {
		return this.#bytes;
	}

	/** To be waited for where it gives back a promise. */
	put(text: string): Promise<void> | undefined {
		this.#text += text;
		return this.#text.length < partCharacters ? undefined : this.flush();
	}

	async flush(): Promise<void> {
		let text = this.#text;
		this.#text = '';
		while (text.length > 0) {
			const { read, written } = this.#encoder.encodeInto(text, this.#buffer);
			text = text.slice(read);
			await this.#write(this.#buffer.subarray(0, written));
			this.#bytes += written;
		}
	}
}
