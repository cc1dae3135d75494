import { freshCall, partsOf, type Call, type Offered } from './call.ts';

/** Requests travel together only where theirs is the same. */
export type CallKey = string | number | null;

/** Gathers the requests of a plan, as they come, into calls of so many. */
export class Gathering {
	#most: number;
	#gathered: Offered[] = [];
	#key: CallKey = null;
	/** Taken up, and no part of the call before it. */
	#next: { readonly offered: Offered; readonly key: CallKey } | null = null;
	#whole: Call | null = null;
	#isOver = false;

	constructor(most: number) {
		this.#most = most;
	}

	/** The call that may leave next; null while there are too few for one. */
	get whole(): Call | null {
		return this.#whole;
	}

	get isEmpty(): boolean {
		return this.#whole === null && this.#gathered.length === 0 && this.#next === null;
	}

	offer(offered: Offered, key: CallKey): void {
		const isApart = this.#gathered.length > 0 && key !== this.#key;
		if (this.#whole !== null || isApart) {
			this.#next = { offered, key };
			this.#seal();
			return;
		}
		this.#begin(offered, key);
	}

	/** The plan has no more: what there is leaves. */
	end(): void {
		this.#isOver = true;
		this.#seal();
	}

	/** The whole call has left. */
	left(): void {
		this.#whole = null;
		const next = this.#next;
		this.#next = null;
		if (next !== null) this.#begin(next.offered, next.key);
	}

	/** From now on at most so many; gives back, in such calls, what was gathered beyond. */
	shrink(most: number): readonly Call[] {
		this.#most = most;
		if (this.#gathered.length >= most) this.#seal();
		const whole = this.#whole;
		if (whole === null || whole.members.length <= most) return [];
		this.left();
		return partsOf(whole, most);
	}

	#begin(offered: Offered, key: CallKey): void {
		this.#gathered.push(offered);
		this.#key = key;
		if (this.#isOver || this.#gathered.length >= this.#most) this.#seal();
	}

	#seal(): void {
		if (this.#whole !== null || this.#gathered.length === 0) return;
		this.#whole = freshCall(this.#gathered);
		this.#gathered = [];
	}
}
