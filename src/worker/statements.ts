import type { EngineEvent } from '#contract/engine-api.ts';
import { isActive } from '#domain/run.ts';
import type { RunStatement } from '#domain/statement.ts';
import { Recent } from '#storage/recent.ts';
import type { Host } from './host.ts';
import type { RunAtRest } from './make-statement.ts';
import { paced } from './paced.ts';

const kept = 20;
const tellEveryMs = 200;

interface Kept {
	readonly of: string;
	readonly statement: RunStatement;
}

/** The statements of runs at rest; one is made at a time, and those made are kept until their run changes. */
export class Statements {
	readonly #atRest: (runId: string) => Promise<RunAtRest | null>;
	readonly #host: Host;
	readonly #emit: (event: EngineEvent) => void;
	readonly #kept = new Recent<string, Kept>(kept);
	#making: AbortController | null = null;

	constructor(
		atRest: (runId: string) => Promise<RunAtRest | null>,
		host: Host,
		emit: (event: EngineEvent) => void,
	) {
		this.#atRest = atRest;
		this.#host = host;
		this.#emit = emit;
	}

	/** A new one ends the one before. Null where it was ended, and where the run is gone, goes, or went on meanwhile. */
	async make(runId: string): Promise<RunStatement | null> {
		this.cancel();
		const making = new AbortController();
		this.#making = making;
		const found = await this.#atRest(runId);
		if (found === null || isActive(found.run.phase)) return null;
		const of = stateOf(found);
		const known = this.#kept.get(runId);
		if (known?.of === of) return known.statement;

		let through = { done: 0, total: 0 };
		const progress = paced(tellEveryMs, this.#host, () => {
			if (!making.signal.aborted) this.#emit({ kind: 'statementProgress', runId, ...through });
		});
		// Few ask for it: a worker starts without it.
		const { makeStatement } = await import('./make-statement.ts');
		const statement = await makeStatement(
			found,
			this.#host.clock.epoch(),
			(done, total) => {
				through = { done, total };
				progress.changed();
			},
			making.signal,
		);
		const after = await this.#atRest(runId);
		if (statement === null || after === null || stateOf(after) !== of) return null;
		this.#kept.set(runId, { of, statement });
		return statement;
	}

	cancel(): void {
		this.#making?.abort();
		this.#making = null;
	}
}

/** Equal as long as a run has not gone on. */
const stateOf = ({ run, store, hasData }: RunAtRest): string =>
	JSON.stringify([run.setup.name, run.phase, run.revisions.length, store.counters, hasData]);
