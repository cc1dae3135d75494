import { datasetOfLock } from './dataset-locks.ts';
import type { Host } from './host.ts';

/** The datasets that take the place of others, because the same files were read again otherwise. */
export class ReplacedDatasets {
	readonly #host: Host;
	readonly #remove: (ids: readonly string[]) => Promise<void>;
	/** Those that came of one reading, by each of them. */
	readonly #together = new Map<string, readonly string[]>();

	constructor(host: Host, remove: (ids: readonly string[]) => Promise<void>) {
		this.#host = host;
		this.#remove = remove;
	}

	async by(ids: readonly string[], replaces: string | undefined): Promise<void> {
		for (const id of ids) this.#together.set(id, ids);
		if (replaces === undefined) return;
		const old = this.#together.get(replaces) ?? [replaces];
		for (const id of old) this.#together.delete(id);
		const held = (await this.#host.heldLocks()).flatMap(datasetOfLock);
		// This tab holds each once; one more holder is another tab.
		await this.#remove(old.filter((id) => held.filter((other) => other === id).length < 2));
	}
}
