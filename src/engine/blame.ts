import type { Fates } from './fates.ts';

/** A 429 without numbers, and what is known around it. */
export interface Unexplained {
	readonly fates: Fates;
	/** When the refused request left. */
	readonly sentAt: number;
	/** It names a wait so long that all have to keep it. */
	readonly isAskedOfAll: boolean;
	/** Requests that left so far, and those of them that were not refused. */
	readonly departures: number;
	readonly letIn: number;
	/** Requests a millisecond at which they are released; Infinity where nothing holds them back. */
	readonly rate: number;
}

/**
 * `alone`: only the refused request waits. `all`: everything waits, and nothing is concluded. `pace`: too much was sent.
 * `trial`: a pace that has just been let in is kept for a while, to see whether the refusals stop. `free`: they come
 * whatever the pace, so none is kept.
 */
export type Verdict = 'alone' | 'all' | 'pace' | 'trial' | 'free';

type State =
	| { readonly name: 'free' }
	| { readonly name: 'trial'; readonly at: number; readonly until: number }
	| { readonly name: 'limited'; readonly peak: number };

/** A full limit refuses most of what is sent; an overloaded endpoint refuses some. */
const mostRefused = 0.6;
const fewest = 3;
const enoughKnown = 10;
const tooManyInARow = 5;
/** Refusals after which it is worth a trial whether a lower pace avoids them. */
const refusalsToTry = 6;
/** A trial is so long that so many refusals are expected if the pace is not to blame, and ends with so many. */
const expectedInTrial = 8;
const enoughInTrial = 3;
/** Still refused at this share of a pace that was let in: a limit would not. */
const fallen = 0.6;
const measuredOverMs = 60_000;
const measuredOf = 12;

/**
 * Whether 429s that name no numbers come of the pace. A limit stops refusing as soon as less is sent than it has just let
 * in; an endpoint that refuses by lot, or for want of capacity, goes on with the same share, and a pace cut again and
 * again would come to nothing.
 */
export class Blame {
	#state: State = { name: 'free' };
	/** The share refused whatever the pace, as far as is known. */
	#lot = 0;
	#refusalsToTry = refusalsToTry;
	#fallen = fallen;
	#refusals = 0;
	#anyLetIn = false;
	#refusalsInTrial = 0;
	#mark = { at: 0, departures: 0, letIn: 0 };

	/** `isNew`: it left after the pace was last changed. */
	judge(refusal: Unexplained, isNew: boolean, now: number): Verdict {
		this.#anyLetIn ||= refusal.fates.refused < refusal.fates.known;
		if (!this.#anyLetIn) return 'all';
		this.#refusals++;
		switch (this.#state.name) {
			case 'limited':
				return isNew ? this.#judgeLimited(this.#state.peak, refusal, now) : 'pace';
			case 'trial':
				return this.#judgeTrial(this.#state, refusal, now);
			case 'free':
				return this.#judgeFree(refusal, now);
		}
	}

	#judgeFree(refusal: Unexplained, now: number): Verdict {
		if (refusal.isAskedOfAll || this.#isMost(refusal.fates)) return this.#limit(refusal, now);
		if (this.#refusals < this.#refusalsToTry) return 'alone';
		const sent = Math.max(1, refusal.departures - this.#mark.departures);
		const share = this.#refusals / sent;
		this.#lot = Math.min(mostRefused, share);
		this.#refusalsInTrial = 0;
		this.#state = {
			name: 'trial',
			at: now,
			until: refusal.departures + Math.ceil(expectedInTrial / share),
		};
		return 'trial';
	}

	#judgeTrial(trial: State & { name: 'trial' }, refusal: Unexplained, now: number): Verdict {
		if (refusal.departures > trial.until || this.#isMost(refusal.fates))
			return this.#limit(refusal, now);
		if (refusal.sentAt < trial.at) return 'alone';
		this.#refusalsInTrial++;
		if (this.#refusalsInTrial < enoughInTrial) return 'alone';
		return this.#free(refusal, now);
	}

	#judgeLimited(known: number, refusal: Unexplained, now: number): Verdict {
		const spanMs = now - this.#mark.at;
		const letIn = refusal.letIn - this.#mark.letIn;
		let peak = known;
		let pace = refusal.rate;
		if (spanMs >= measuredOverMs && Math.max(letIn, known * spanMs) >= measuredOf) {
			pace = Math.min(pace, letIn / spanMs);
			peak = Math.max(peak, letIn / spanMs);
			this.#state = { name: 'limited', peak };
			this.#marked(refusal, now);
		}
		if (peak === 0 || pace > this.#fallen * peak) return 'pace';
		this.#fallen *= fallen;
		this.#lot = Math.min(mostRefused, refusal.fates.refused / refusal.fates.known);
		return this.#free(refusal, now);
	}

	#isMost({ known, refused, inARow }: Fates): boolean {
		if (inARow >= tooManyInARow + 10 * this.#lot) return true;
		const most = Math.max(mostRefused, 1.3 * this.#lot + 0.1);
		return refused >= most * known && (known >= enoughKnown || inARow >= fewest);
	}

	#limit(refusal: Unexplained, now: number): Verdict {
		this.#state = { name: 'limited', peak: 0 };
		this.#marked(refusal, now);
		return 'pace';
	}

	#free(refusal: Unexplained, now: number): Verdict {
		this.#state = { name: 'free' };
		this.#refusalsToTry *= 2;
		this.#marked(refusal, now);
		return 'free';
	}

	#marked({ departures, letIn }: Unexplained, now: number): void {
		this.#mark = { at: now, departures, letIn };
		this.#refusals = 0;
	}
}
