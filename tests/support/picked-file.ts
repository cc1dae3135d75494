/** A file that a person picked, as browsers give it: what is written shows once it is closed. */
export class PickedFile {
	readonly name: string;
	text: string;
	/** What every write says, from now on. */
	failsWith: DOMException | null = null;
	/** How often it was closed after writing. */
	closed = 0;

	constructor(name: string, text = '') {
		this.name = name;
		this.text = text;
	}

	get handle(): FileSystemFileHandle {
		return {
			name: this.name,
			getFile: () => Promise.resolve(new File([this.text], this.name)),
			createWritable: ({ keepExistingData = false }: FileSystemCreateWritableOptions = {}) => {
				let bytes = new TextEncoder().encode(keepExistingData ? this.text : '');
				const write = (
					part: Uint8Array | { position: number; data: Uint8Array },
				): Promise<void> => {
					if (this.failsWith !== null) return Promise.reject(this.failsWith);
					const { position, data } =
						part instanceof Uint8Array ? { position: bytes.length, data: part } : part;
					const next = new Uint8Array(Math.max(bytes.length, position + data.length));
					next.set(bytes);
					next.set(data, position);
					bytes = next;
					return Promise.resolve();
				};
				const close = (): Promise<void> => {
					this.text = new TextDecoder().decode(bytes);
					this.closed++;
					return Promise.resolve();
				};
				return Promise.resolve({ write, close, abort: () => Promise.resolve() });
			},
		} as unknown as FileSystemFileHandle;
	}
}
