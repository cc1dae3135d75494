import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '#domain/json.ts';
import type { Scenario } from './scenario.ts';

/** A request for a completion as it arrived. */
export interface EndpointRequest {
	/** From 0, in order of arrival. */
	readonly arrival: number;
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: JsonObject;
	/** What stood behind `Bearer`; null without one. */
	readonly key: string | null;
	/** Milliseconds since the endpoint started. */
	readonly arrivedAt: number;
}

/** `reset`: the endpoint broke the connection; `aborted`: the other side did. */
export type Ending = 'open' | 'answered' | 'aborted' | 'reset';

export interface LedgerEntry extends EndpointRequest {
	readonly seenBefore: number;
	readonly scenario: Scenario;
	/** The status that was sent; null where none was. */
	status: number | null;
	ending: Ending;
	endedAt: number | null;
}

/** A preflight, a list of models, or a path that is none. */
export interface OtherRequest {
	readonly method: string;
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
}

interface Watcher {
	readonly isTrue: () => boolean;
	readonly resolve: () => void;
}

/** Every request that reached the endpoint. */
export class Ledger {
	readonly #requests: LedgerEntry[] = [];
	readonly #others: OtherRequest[] = [];
	readonly #seen = new Map<string, number>();
	readonly #watchers = new Set<Watcher>();
	#inFlight = 0;
	#maxInFlight = 0;

	/** The requests for completions, in order of arrival. */
	get requests(): readonly LedgerEntry[] {
		return this.#requests;
	}

	get others(): readonly OtherRequest[] {
		return this.#others;
	}

	get preflights(): readonly OtherRequest[] {
		return this.#others.filter(({ method }) => method === 'OPTIONS');
	}

	get inFlight(): number {
		return this.#inFlight;
	}

	/** The most that were ever in flight at once. */
	get maxInFlight(): number {
		return this.#maxInFlight;
	}

	/** Settles once `count` requests have arrived in all. */
	arrived(count: number): Promise<void> {
		return this.#until(() => this.#requests.length >= count);
	}

	/** Settles once `count` requests have ended in all, however they ended. */
	ended(count: number): Promise<void> {
		return this.#until(() => this.#requests.length - this.#inFlight >= count);
	}

	noteOther(request: OtherRequest): void {
		this.#others.push(request);
	}

	/** How often the same body came to the same path until now. */
	noteSeen(path: string, body: string): number {
		const key = `${path} ${body}`;
		const before = this.#seen.get(key) ?? 0;
		this.#seen.set(key, before + 1);
		return before;
	}

	noteArrival(entry: LedgerEntry): void {
		this.#requests.push(entry);
		this.#inFlight++;
		this.#maxInFlight = Math.max(this.#maxInFlight, this.#inFlight);
		this.#tellWatchers();
	}

	/** The first ending counts: a connection that closes after its answer was not aborted. */
	noteEnding(entry: LedgerEntry, ending: Exclude<Ending, 'open'>, at: number): void {
		if (entry.ending !== 'open') return;
		entry.ending = ending;
		entry.endedAt = at;
		this.#inFlight--;
		this.#tellWatchers();
	}

	#until(isTrue: () => boolean): Promise<void> {
		if (isTrue()) return Promise.resolve();
		return new Promise((resolve) => this.#watchers.add({ isTrue, resolve }));
	}

	#tellWatchers(): void {
		for (const watcher of this.#watchers) {
			if (!watcher.isTrue()) continue;
			this.#watchers.delete(watcher);
			watcher.resolve();
		}
	}
}
