import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '#domain/json.ts';
import type { Protocol } from './exchange.ts';
import type { Scenario } from './scenario.ts';

/** A request for a completion as it arrived. */
export interface EndpointRequest {
	/** From 0, in order of arrival. */
	readonly arrival: number;
	readonly protocol: Protocol;
	readonly path: string;
	/** With its question mark; empty where there is none. */
	readonly query: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: JsonObject;
	/** What its prompt marks as `[[row:…]]`; without such a mark all of its text. */
	readonly row: string;
	/** What stood behind `Bearer`, or in `api-key`; null without one. */
	readonly key: string | null;
	/** Milliseconds since the endpoint started. */
	readonly arrivedAt: number;
}

/** `reset`: the endpoint broke the connection; `aborted`: the other side did. */
export type Ending = 'open' | 'answered' | 'aborted' | 'reset';

export interface LedgerEntry extends EndpointRequest {
	/** How often the same body came to the same path until then: 0 at the first attempt. */
	readonly seenBefore: number;
	readonly scenario: Scenario;
	/** Whether the endpoint's hidden limit held it back, whatever its scenario. */
	limited: boolean;
	/** The status that was sent; null where none was. */
	status: number | null;
	ending: Ending;
	endedAt: number | null;
}

/** A preflight, a list of models, or a path that is none. */
export interface OtherRequest {
	readonly method: string;
	readonly path: string;
	readonly query: string;
	readonly headers: IncomingHttpHeaders;
}

/** Counts of all requests for completions, also of those whose entries are no longer kept. */
export interface Tally {
	readonly arrivals: number;
	/** How many different bodies came. */
	readonly bodies: number;
	/** The most that one body came. */
	readonly mostAttempts: number;
	readonly byScenario: ReadonlyMap<string, number>;
	readonly byStatus: ReadonlyMap<string, number>;
	readonly byEnding: ReadonlyMap<string, number>;
	readonly byProtocol: ReadonlyMap<string, number>;
}

interface Watcher {
	readonly isTrue: () => boolean;
	readonly resolve: () => void;
}

const count = (counts: Map<string, number>, key: string): void => {
	counts.set(key, (counts.get(key) ?? 0) + 1);
};

/** Every request that reached the endpoint. Counts are of all; entries are of the last `kept`. */
export class Ledger {
	readonly #kept: number;
	readonly #requests: LedgerEntry[] = [];
	readonly #others: OtherRequest[] = [];
	#preflights = 0;
	/** By a hash, so that a long run's bodies are not all held in memory. */
	readonly #seen = new Map<string, number>();
	#mostAttempts = 0;
	readonly #byScenario = new Map<string, number>();
	readonly #byStatus = new Map<string, number>();
	readonly #byEnding = new Map<string, number>();
	readonly #byProtocol = new Map<string, number>();
	readonly #watchers = new Set<Watcher>();
	#arrivals = 0;
	#inFlight = 0;
	#maxInFlight = 0;

	constructor(kept = Infinity) {
		this.#kept = kept;
	}

	/** The requests for completions, in order of arrival. */
	get requests(): readonly LedgerEntry[] {
		return this.#requests;
	}

	/** How many requests for completions have come in all. */
	get arrivals(): number {
		return this.#arrivals;
	}

	get tally(): Tally {
		return {
			arrivals: this.#arrivals,
			bodies: this.#seen.size,
			mostAttempts: this.#mostAttempts,
			byScenario: this.#byScenario,
			byStatus: this.#byStatus,
			byEnding: this.#byEnding,
			byProtocol: this.#byProtocol,
		};
	}

	get others(): readonly OtherRequest[] {
		return this.#others;
	}

	get preflights(): readonly OtherRequest[] {
		return this.#others.filter(({ method }) => method === 'OPTIONS');
	}

	/** How many preflights have come in all. */
	get preflightCount(): number {
		return this.#preflights;
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
		return this.#until(() => this.#arrivals >= count);
	}

	/** Settles once `count` requests have ended in all, however they ended. */
	ended(count: number): Promise<void> {
		return this.#until(() => this.#arrivals - this.#inFlight >= count);
	}

	noteOther(request: OtherRequest): void {
		if (request.method === 'OPTIONS') this.#preflights++;
		this.#others.push(request);
		this.#shorten(this.#others);
	}

	/** How often the same body came to the same path until now. */
	noteSeen(path: string, body: string): number {
		const key = createHash('sha1').update(`${path} ${body}`).digest('base64');
		const before = this.#seen.get(key) ?? 0;
		this.#seen.set(key, before + 1);
		this.#mostAttempts = Math.max(this.#mostAttempts, before + 1);
		return before;
	}

	noteArrival(entry: LedgerEntry): void {
		this.#requests.push(entry);
		this.#shorten(this.#requests);
		this.#arrivals++;
		this.#inFlight++;
		this.#maxInFlight = Math.max(this.#maxInFlight, this.#inFlight);
		count(this.#byScenario, entry.scenario);
		count(this.#byProtocol, entry.protocol);
		this.#tellWatchers();
	}

	/** The first ending counts: a connection that closes after its answer was not aborted. */
	noteEnding(entry: LedgerEntry, ending: Exclude<Ending, 'open'>, at: number): void {
		if (entry.ending !== 'open') return;
		entry.ending = ending;
		entry.endedAt = at;
		this.#inFlight--;
		count(this.#byStatus, entry.status === null ? 'none' : String(entry.status));
		count(this.#byEnding, ending);
		this.#tellWatchers();
	}

	/** Now and then many at once: taking one from the front of a long list each time is slow. */
	#shorten(list: unknown[]): void {
		if (list.length > 2 * this.#kept) list.splice(0, list.length - this.#kept);
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
