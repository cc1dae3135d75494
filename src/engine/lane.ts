import type { Failure } from '#domain/failure.ts';

/** What the models of one connection have in common: its places, and how it has answered so far. */
export class Lane {
	/** How many may be in flight to it at once. */
	readonly ceiling: number;
	inFlight = 0;
	/** Whether any first request has settled: till then no model's first but one leaves. */
	hasSettled = false;
	succeeded = false;
	#equalFailures = { key: '', count: 0 };

	constructor(ceiling: number) {
		this.ceiling = ceiling;
	}

	get isFull(): boolean {
		return this.inFlight >= this.ceiling;
	}

	answered(): void {
		this.hasSettled = true;
		this.succeeded = true;
		this.#equalFailures = { key: '', count: 0 };
	}

	/** How many permanent failures in a row were like this one, of so many requests. */
	failed({ kind, code }: Failure, requests: number): number {
		this.hasSettled = true;
		const key = `${kind} ${code ?? ''}`;
		const before = this.#equalFailures.key === key ? this.#equalFailures.count : 0;
		const count = before + requests;
		this.#equalFailures = { key, count };
		return count;
	}
}
