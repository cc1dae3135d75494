import type { RunStore } from '#storage/run-store.ts';
import type { RunPlan } from './run-plan.ts';

/** Which models of which connections have answered under the terms of a revision: now, or in an earlier session of the run. */
export class AnsweredModels {
	readonly #store: RunStore;
	readonly #plan: RunPlan;
	readonly #revision: number;
	readonly #models = new Set<number>();

	constructor(store: RunStore, plan: RunPlan, revision: number) {
		this.#store = store;
		this.#plan = plan;
		this.#revision = revision;
	}

	answered(request: number): void {
		this.#models.add(this.#plan.scope(request, this.#revision));
	}

	/** Looks among the stored answers only where this session has none. */
	async has(request: number): Promise<boolean> {
		const model = this.#plan.scope(request, this.#revision);
		if (this.#models.has(model)) return true;
		for await (const stored of this.#store.eachSettled({ outcome: 'succeeded' })) {
			if ((stored.revision ?? 0) !== this.#revision) continue;
			this.answered(stored.request);
			if (this.#models.has(model)) return true;
		}
		return false;
	}
}
