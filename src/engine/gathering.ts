import { freshCall, partsOf, type Call, type Offered } from './call.ts';

/** Requests travel together only where theirs is the same. */
export type CallKey = string | number | null;

/** As much as so many whole calls is gathered at most: what is held stays bounded, and nothing waits long for its like. */
const mostHeld = 8;

/** Gathers the requests of a plan, as they come, into calls of so many. */
export class Gathering {
	#most: number;
	/** In the order of their first requests. */
	readonly #gathered = new Map<CallKey, Offered[]>();
	#held = 0;
	/** They may leave, in this order. */
	#ready: readonly Call[] = [];
	#isOver = false;

	constructor(most: number) {
		this.#most = most;
	}

	/** The call that may leave next; null while there are too few for one. */
	get whole(): Call | null {
		return this.#ready[0] ?? null;
	}

	get isEmpty(): boolean {
		return this.#ready.length === 0 && this.#held === 0;
	}

	offer(offered: Offered, key: CallKey): void {
		const alike = this.#gathered.get(key) ?? [];
		alike.push(offered);
		this.#gathered.set(key, alike);
		this.#held++;
		if (this.#isOver || alike.length >= this.#most) this.#seal(key);
		else if (this.#held >= mostHeld * this.#most) this.#sealFirst();
	}

	/** The plan has no more: what there is leaves. */
	end(): void {
		this.#isOver = true;
		while (this.#held > 0) this.#sealFirst();
	}

	/** The whole call has left. */
	left(): void {
		this.#ready = this.#ready.slice(1);
	}

	/** From now on at most so many; gives back, in such calls, what was gathered beyond. */
	shrink(most: number): readonly Call[] {
		this.#most = most;
		for (const [key, { length }] of [...this.#gathered]) if (length >= most) this.#seal(key);
		while (this.#held >= mostHeld * most) this.#sealFirst();
		const tooLarge = this.#ready.filter(({ members }) => members.length > most);
		this.#ready = this.#ready.filter(({ members }) => members.length <= most);
		return tooLarge.flatMap((call) => partsOf(call, most));
	}

	#sealFirst(): void {
		for (const key of this.#gathered.keys()) {
			this.#seal(key);
			return;
		}
	}

	#seal(key: CallKey): void {
		const alike = this.#gathered.get(key) ?? [];
		this.#gathered.delete(key);
		this.#held -= alike.length;
		this.#ready = [...this.#ready, freshCall(alike)];
	}
}
