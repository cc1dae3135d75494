interface Queued<T> {
	readonly entry: T;
	readonly resolve: () => void;
	readonly reject: (cause: unknown) => void;
}

export interface GroupCommitOptions<T> {
	/** Stores all of the entries or none. */
	readonly commit: (entries: readonly T[]) => Promise<void>;
	/** The records an entry comes to. */
	readonly recordsOf: (entry: T) => number;
	/** Records of one commit at most; an entry with more goes alone. */
	readonly maxRecords: number;
}

/**
 * One commit under way at a time; the next takes what has queued meanwhile, so that the busier it gets, the cheaper an
 * entry becomes, and nobody waits for a timer.
 */
export class GroupCommit<T> {
	readonly #options: GroupCommitOptions<T>;
	#queue: Queued<T>[] = [];
	#pumping: Promise<void> | null = null;

	constructor(options: GroupCommitOptions<T>) {
		this.#options = options;
	}

	/** Resolves once the commit that took the entry is durable; rejects with what that commit failed of. */
	add(entry: T): Promise<void> {
		return new Promise((resolve, reject) => {
			this.#queue.push({ entry, resolve, reject });
			this.#pumping ??= this.#pump();
		});
	}

	async idle(): Promise<void> {
		while (this.#pumping !== null) await this.#pumping;
	}

	async #pump(): Promise<void> {
		// A turn of the microtask queue, so that what is added in one breath shares the first commit too.
		await Promise.resolve();
		while (this.#queue.length > 0) {
			const group = this.#takeGroup();
			try {
				await this.#options.commit(group.map(({ entry }) => entry));
				for (const { resolve } of group) resolve();
			} catch (cause) {
				for (const { reject } of group) reject(cause);
			}
		}
		this.#pumping = null;
	}

	#takeGroup(): Queued<T>[] {
		const { recordsOf, maxRecords } = this.#options;
		let records = 0;
		const end = this.#queue.findIndex(({ entry }, i) => {
			records += recordsOf(entry);
			return i > 0 && records > maxRecords;
		});
		return this.#queue.splice(0, end === -1 ? this.#queue.length : end);
	}
}
