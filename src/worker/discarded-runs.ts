import type { EngineEvent } from '#contract/engine-api.ts';
import type { DiscardedRun } from '#domain/run.ts';
import { undoMs } from '#domain/run-list.ts';
import type { Library } from '#storage/library.ts';
import type { Host } from './host.ts';
import type { Runs } from './runs.ts';

const lockPrefix = 'volley-discarded-';

export interface DiscardedRunsParts {
	readonly library: Library;
	readonly runs: Runs;
	readonly host: Host;
	readonly emit: (event: EngineEvent) => void;
	/** Deletes a run for good, or `ifDiscarded` only where it still is. */
	readonly erase: (runId: string, ifDiscarded?: boolean) => Promise<void>;
}

/**
 * Runs taken out of the list that can still be brought back. The tab that offers that holds a lock of the run for as long:
 * where nobody holds it and the time is over, whoever starts next deletes the run.
 */
export class DiscardedRuns {
	readonly #parts: DiscardedRunsParts;
	/** By run: lets its lock go. */
	readonly #held = new Map<string, () => void>();

	constructor(parts: DiscardedRunsParts) {
		this.#parts = parts;
	}

	async discard(runId: string): Promise<void> {
		// Before the mark is written: it must not be found without an owner.
		await this.#hold(runId);
		try {
			await this.#parts.runs.discard(runId);
		} catch (error) {
			this.#letGo(runId);
			throw error;
		}
	}

	/** False where the run is deleted by now. */
	async undo(runId: string): Promise<boolean> {
		const isBack = await this.#parts.library.undoDiscard(runId);
		this.#letGo(runId);
		this.#parts.emit({ kind: 'runsChanged' });
		return isBack;
	}

	async delete(runId: string): Promise<void> {
		await this.#parts.erase(runId);
		this.#letGo(runId);
	}

	/**
	 * Those that this tab is to offer: left by a tab that went away, and still within their time. The others are deleted,
	 * which nobody waits for.
	 */
	async leftBehind(): Promise<readonly DiscardedRun[]> {
		const { library, host } = this.#parts;
		const held: string[] = [];
		for (const { id } of await library.discardedRuns()) if (await this.#hold(id)) held.push(id);
		if (held.length === 0) return [];
		// Whoever held one until now may have brought it back.
		const marked = new Map((await library.discardedRuns()).map((run) => [run.id, run]));
		const left: DiscardedRun[] = [];
		for (const id of held) {
			const run = marked.get(id);
			if (run === undefined) this.#letGo(id);
			else if (host.clock.epoch() - run.discardedAt < undoMs) left.push(run);
			else void this.#eraseQuietly(id);
		}
		return left;
	}

	async #eraseQuietly(runId: string): Promise<void> {
		try {
			await this.#parts.erase(runId, true);
		} catch {
			// It is not listed, and the next start tries again.
		} finally {
			this.#letGo(runId);
		}
	}

	/** False where another tab, or this one, holds it already. */
	async #hold(runId: string): Promise<boolean> {
		if (this.#held.has(runId)) return false;
		const release = await this.#parts.host.lock(lockPrefix + runId);
		if (release === null) return false;
		this.#held.set(runId, release);
		return true;
	}

	#letGo(runId: string): void {
		this.#held.get(runId)?.();
		this.#held.delete(runId);
	}
}
