import type { Looking } from '#contract/engine-api.ts';
import type { ResultFilter } from '#domain/result-filter.ts';
import { choiceText } from '#domain/completion.ts';
import type { Row } from '#domain/dataset.ts';
import { settledCount } from '#domain/run.ts';
import type { Clock } from '#engine/ports.ts';
import type { MarkedChoice } from '#storage/marks.ts';
import { RunFinder, type Looked } from '#storage/run-finder.ts';
import type { RunStore } from '#storage/run-store.ts';
import type { OutcomeName } from '#storage/run-schema.ts';
import { countMeant, marksShown, outcomeMeant, positionsMeant } from './line-filter.ts';
import { LineSet } from './line-set.ts';

/** How long a page waits for what is still looked for, where all its lines are there and where not; it then goes with those there are. */
const fullPageMs = 40;
const patienceMs = 120;
/** A run that another tab is at is looked through for what is new at most so often. */
const elsewhereMs = 3_000;
/** And so many times more seldom than it takes. */
const elsewhereShare = 10;
/** Keys a page: they are numbers. */
const keysPerPage = 5_000;
/** Requests that are looked at in one go: as many as hold about so much text, since answers can be of any length. */
const charsPerStretch = 1_000_000;
const leastStretch = 16;
const mostStretch = 2_000;
/** Requests that changed are read as one stretch where no more than this lies between two. */
const nearby = 32;

export interface LineViewParts {
	readonly store: RunStore;
	readonly filter: ResultFilter;
	/** Lines a request. */
	readonly n: number;
	readonly row: (request: number) => Promise<Row>;
	readonly clock: Clock;
}

export interface ViewPage {
	readonly lines: readonly number[];
	readonly total: number;
	/** Lines that belong before ones shown already. */
	readonly held: number;
	/** Null: everything was looked at. */
	readonly looking: Looking | null;
}

/**
 * The lines of a run that a filter means, as numbers of the plan. They are looked for in steps, and what was found so far
 * can be read at any time; afterwards only what has changed is looked at. What is found behind the last line shown is
 * appended at once; what belongs before it waits for a page that does not hold it back.
 */
export class LineView {
	readonly #parts: LineViewParts;
	readonly #finder: RunFinder;
	readonly #outcome: OutcomeName | null;
	readonly #unsubscribe: () => void;
	#lines = new LineSet();
	#held = new LineSet();
	/** Requests that changed since they were looked at. */
	readonly #changed = new LineSet();
	/** Looked at; kept only where telling anew would mean to read the answers again. */
	#seen: LineSet | null;
	/** The steps to be made; empty: everything was looked at. */
	#steps: Steps | null;
	#looked = 0;
	#total = 0;
	/** How many requests are looked at in one go. */
	#stretch = 128;
	#cancelled = false;
	#ended = false;
	/** Another worker wrote: what has changed since is not known. */
	#unsure = false;
	#unsureUntil = 0;
	/** And answers that were looked at have gone, or others have taken their place. */
	#stale = false;
	#counted: Counted;
	/** What is under way is no look through everything, but for what is new. */
	#refreshing = false;
	#working: Promise<void> | null = null;
	#step: Promise<void> = Promise.resolve();
	#fault: { readonly cause: unknown } | null = null;

	constructor(parts: LineViewParts) {
		const { store, filter } = parts;
		this.#parts = parts;
		this.#finder = new RunFinder(store);
		const outcome = outcomeMeant(filter);
		this.#outcome = outcome === 'succeeded' || outcome === 'failed' ? outcome : null;
		this.#seen = this.#how() === 'answers' ? new LineSet() : null;
		this.#counted = countedIn(store);
		this.#unsubscribe = store.subscribe(({ requests }) => {
			const counted = countedIn(store);
			if (requests === null) {
				this.#unsure = true;
				this.#stale ||= !isGoingOn(this.#counted, counted);
			} else for (const request of requests) this.#changed.add(request);
			this.#counted = counted;
		});
		this.#steps = this.#begin();
	}

	/** The lines at [offset, offset + limit). `hold`: those that belong before ones shown already wait. */
	async page(offset: number, limit: number, hold: boolean): Promise<ViewPage> {
		const { clock } = this.#parts;
		const building = this.#steps !== null && !this.#refreshing;
		this.#work();
		const startedAt = clock.now();
		while (this.#working !== null) {
			const isFull = building && this.#lines.length >= offset + limit;
			if (clock.now() - startedAt >= (isFull ? fullPageMs : patienceMs)) break;
			await this.#step;
		}
		if (this.#fault !== null) {
			const { cause } = this.#fault;
			this.#fault = null;
			throw cause;
		}
		if (!hold && this.#held.length > 0) {
			for (const line of this.#held) this.#lines.add(line);
			this.#held = new LineSet();
		}
		return {
			lines: this.#lines.slice(offset, limit),
			total: this.#lines.length,
			held: this.#held.length,
			looking:
				this.#steps === null || this.#refreshing
					? null
					: {
							done: Math.min(this.#looked, this.#total),
							total: this.#total,
							cancelled: this.#cancelled,
						},
		};
	}

	/** No more is looked for; what was found stays. */
	cancel(): void {
		if (this.#steps !== null && !this.#refreshing) this.#cancelled = true;
	}

	/** Looks for the rest after all. */
	goOn(): void {
		this.#cancelled = false;
	}

	/** Nothing of it is asked for any more. */
	end(): void {
		this.#ended = true;
		this.#unsubscribe();
	}

	#how(): 'numbers' | 'marks' | 'answers' {
		const { filter } = this.#parts;
		if (filter.search.trim() !== '' || filter.answer !== undefined || filter.failure !== undefined)
			return 'answers';
		return marksShown(filter.show) === null ? 'numbers' : 'marks';
	}

	#begin(): Steps {
		const { filter, store } = this.#parts;
		this.#looked = 0;
		this.#total = countMeant(filter, store.counters);
		const how = this.#how();
		if (how === 'answers') return this.#timed(this.#byAnswer());
		return this.#timed(how === 'numbers' ? this.#byNumber() : this.#byMark());
	}

	/** One after the other, however many pages are asked for meanwhile. */
	#work(): void {
		this.#working ??= this.#workOn()
			.catch((cause: unknown) => {
				this.#fault = { cause };
			})
			.finally(() => {
				this.#working = null;
			});
	}

	async #workOn(): Promise<void> {
		while (!this.#ended && !this.#cancelled) {
			const next = this.#next();
			if (next === null) return;
			// Whoever waits for a step hears of its failure from the work.
			this.#step = next.catch(() => undefined);
			await next;
		}
	}

	#next(): Promise<void> | null {
		if (this.#steps !== null) return this.#buildOn(this.#steps);
		if (this.#changed.length > 0) return this.#catchUp();
		if (!this.#unsure || this.#parts.clock.now() < this.#unsureUntil) return null;
		this.#catchUpElsewhere();
		return this.#next();
	}

	async #buildOn(steps: Steps): Promise<void> {
		try {
			if ((await steps.next()).done !== true) return;
		} catch (cause) {
			// Steps that broke off cannot be gone on with.
			this.#steps = this.#begin();
			throw cause;
		}
		this.#steps = null;
		this.#refreshing = false;
	}

	async *#byNumber(): Steps {
		const { n } = this.#parts;
		const outcome = this.#outcome ?? 'succeeded';
		for (let from: number | null = 0; from !== null;) {
			const { numbers, next }: Awaited<ReturnType<RunFinder['numbers']>> =
				await this.#finder.numbers(outcome, from, keysPerPage);
			for (const request of numbers)
				for (let position = 0; position < n; position++) this.#add(request, position);
			this.#looked += numbers.length;
			from = next;
			yield;
		}
	}

	async *#byMark(): Steps {
		const { store, filter } = this.#parts;
		const marks = marksShown(filter.show) ?? [];
		const { counters } = store;
		const count = marks.reduce((sum, mark) => sum + counters.marks[mark], 0);
		// None is counted, so none is marked either: a run of an earlier version need not be looked through for it.
		if (count === 0) return;
		yield* this.#markAll(counters.planned);
		this.#looked = 0;
		this.#total = count;
		for (const mark of marks) {
			for (let after: MarkedChoice | null = null; ;) {
				const { found, next }: Awaited<ReturnType<RunFinder['marked']>> = await this.#finder.marked(
					mark,
					after,
					keysPerPage,
				);
				for (const [request, position] of found) this.#add(request, position);
				this.#looked += found.length;
				yield;
				if (next === null) break;
				after = next;
			}
		}
	}

	/** What a run of an earlier version left unmarked. */
	async *#markAll(planned: number): Steps {
		this.#total = planned;
		for (let next = await this.#finder.unmarked(); next !== null;) {
			this.#looked = next;
			yield;
			next = await this.#finder.markSome(keysPerPage / 5);
		}
	}

	async *#byAnswer(): Steps {
		if (outcomeMeant(this.#parts.filter) === 'none') return;
		for (let from: number | null = 0; from !== null;) {
			from = await this.#lookAt(from, from + this.#stretch - 1);
			yield;
		}
	}

	/** Gives back where to go on. */
	async #lookAt(first: number, last: number): Promise<number | null> {
		const { looked, next } = await this.#finder.stretch(first, last, this.#outcome);
		let chars = 0;
		for (const one of looked) {
			if (this.#ended) return null;
			await this.#judge(one);
			chars += charsOf(one);
		}
		this.#looked += looked.length;
		const factor = Math.min(4, charsPerStretch / Math.max(1, chars));
		this.#stretch = Math.round(
			Math.max(leastStretch, Math.min(mostStretch, (last - first + 1) * factor)),
		);
		return next;
	}

	async #judge(looked: Looked): Promise<void> {
		const { filter, n, row } = this.#parts;
		const { request } = looked;
		this.#seen?.add(request);
		this.#show(request, await positionsMeant(filter, n, looked, () => row(request)));
	}

	/** The lines of a request that are meant, and no others of it. */
	#show(request: number, positions: readonly number[]): void {
		const { n } = this.#parts;
		for (let position = 0; position < n; position++) {
			if (positions.includes(position)) this.#add(request, position);
			else {
				this.#lines.delete(request * n + position);
				this.#held.delete(request * n + position);
			}
		}
	}

	#add(request: number, position: number): void {
		const { n } = this.#parts;
		const line = request * n + Math.min(position, n - 1);
		if (line > this.#lines.last) this.#lines.add(line);
		else if (!this.#lines.has(line)) this.#held.add(line);
	}

	/** Looks once more at requests that lie together, of those that changed. */
	async #catchUp(): Promise<void> {
		const near: number[] = [];
		for (const request of this.#changed.slice(0, this.#stretch)) {
			const last = near.at(-1) ?? request;
			if (request - last > nearby) break;
			near.push(request);
		}
		// Before they are read: one that changes meanwhile is looked at again.
		for (const request of near) this.#changed.delete(request);
		const [first = 0, last = first] = [near[0], near.at(-1)];
		try {
			const { looked } = await this.#finder.stretch(first, last, this.#outcome);
			const found = new Map(looked.map((one) => [one.request, one]));
			for (const request of near) {
				const one = found.get(request);
				if (one !== undefined) await this.#judge(one);
				else {
					this.#seen?.delete(request);
					this.#show(request, []);
				}
			}
		} catch (cause) {
			for (const request of near) this.#changed.add(request);
			throw cause;
		}
	}

	/** Answers that took the place of others are not seen by their numbers: then everything is looked at anew. */
	#catchUpElsewhere(): void {
		this.#unsure = false;
		this.#refreshing = !this.#stale;
		if (this.#stale) {
			this.#stale = false;
			this.#lines = new LineSet();
			this.#held = new LineSet();
			if (this.#seen !== null) this.#seen = new LineSet();
			this.#steps = this.#begin();
		} else
			this.#steps = this.#seen === null ? this.#begin() : this.#timed(this.#unseen(this.#seen));
	}

	/** Notes which requests have settled that were not looked at. */
	async *#unseen(seen: LineSet): Steps {
		for (let from = 0; ;) {
			const numbers = await this.#finder.settled(from, keysPerPage);
			for (const request of numbers) if (!seen.has(request)) this.#changed.add(request);
			const last = numbers.at(-1);
			if (last === undefined || numbers.length < keysPerPage) return;
			from = last + 1;
			yield;
		}
	}

	async *#timed(steps: Steps): Steps {
		const { clock } = this.#parts;
		const startedAt = clock.now();
		yield* steps;
		const tookMs = clock.now() - startedAt;
		this.#unsureUntil = clock.now() + Math.max(elsewhereMs, elsewhereShare * tookMs);
	}
}

type Steps = AsyncGenerator<undefined, void, undefined>;

/** What tells that answers went or were asked for again; it only grows while a run just goes on. */
interface Counted {
	readonly settled: number;
	readonly failed: number;
	readonly revisions: number;
}

const countedIn = ({ counters, revisions }: RunStore): Counted => ({
	settled: settledCount(counters),
	failed: counters.failed,
	revisions: revisions.length,
});

const isGoingOn = (before: Counted, now: Counted): boolean =>
	now.settled >= before.settled &&
	now.failed >= before.failed &&
	now.revisions === before.revisions;

const charsOf = ({ choices }: Looked): number =>
	(choices ?? []).reduce((sum, choice) => sum + (choiceText(choice)?.length ?? 0), 0);
