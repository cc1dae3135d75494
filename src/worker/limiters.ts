import { identityOf } from '#domain/connection.ts';
import { limitsOf, type ModelNote } from '#domain/model-note.ts';
import type { RunSetup } from '#domain/run.ts';
import { Limiter, type LimiterPorts } from '#engine/limiter.ts';

/**
 * One limiter for each connection, key and model, for as long as the worker lives: runs at the same model pace themselves
 * together, and a run that is resumed knows what the last minute has used.
 */
export class Limiters {
	readonly #ports: LimiterPorts;
	readonly #limiters = new Map<string, Limiter>();

	constructor(ports: LimiterPorts) {
		this.#ports = ports;
	}

	/** One for each model of the run; `key` tells keys apart. What a person typed is part of what makes two the same. */
	of(setup: RunSetup, key: number, notes: readonly ModelNote[]): readonly Limiter[] {
		const { requestsPerMinute = null, tokensPerMinute = null } = setup.limits;
		const connection = identityOf(setup.connection);
		return setup.models.map((model) => {
			const name = JSON.stringify([connection, key, model, requestsPerMinute, tokensPerMinute]);
			const known = this.#limiters.get(name);
			if (known !== undefined) return known;
			const note = notes.find((noted) => noted.model === model);
			const limiter = new Limiter(this.#ports, {
				requestsPerMinute,
				tokensPerMinute,
				remembered: note === undefined ? null : limitsOf(note, setup.connection),
				// The Demo's 429s are drawn by lot: there is no limit behind them that could be learned.
				learn: setup.connection.provider !== 'demo',
			});
			this.#limiters.set(name, limiter);
			return limiter;
		});
	}
}
