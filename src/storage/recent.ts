/** Keeps the values used last. */
export class Recent<K, V> {
	readonly #size: number;
	/** Oldest use first. */
	readonly #values = new Map<K, V>();

	constructor(size: number) {
		this.#size = size;
	}

	get(key: K): V | undefined {
		const value = this.#values.get(key);
		if (value === undefined) return undefined;
		this.#values.delete(key);
		this.#values.set(key, value);
		return value;
	}

	set(key: K, value: V): void {
		this.#values.delete(key);
		this.#values.set(key, value);
		for (const oldest of this.#values.keys()) {
			if (this.#values.size <= this.#size) return;
			this.#values.delete(oldest);
		}
	}

	/** Only if `value` is still what it holds. */
	drop(key: K, value: V): void {
		if (this.#values.get(key) === value) this.#values.delete(key);
	}
}
