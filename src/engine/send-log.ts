const perWindow = 240;
/** Slots beyond the window, for the way that a request takes and for the youngest, which is not over. */
const slots = perWindow + 8;

/** What left within one window of a limit, in constant memory: a slot for each 240th of it. A slot leaves when its youngest does. */
export class SendLog {
	readonly #slotMs: number;
	readonly #amounts = new Float64Array(slots);
	#newest = 0;
	/** The oldest slot that still counts. */
	#oldest = 0;
	#sum = 0;
	/** By how much later the endpoint may have got what left us. */
	#lagMs = 0;

	constructor(windowMs: number) {
		this.#slotMs = windowMs / perWindow;
	}

	lags(ms: number): void {
		this.#lagMs = Math.min(ms, 7 * this.#slotMs);
	}

	add(amount: number, at: number, now: number): void {
		this.#advance(now);
		const slot = Math.max(0, Math.floor(at / this.#slotMs));
		if (slot < this.#oldest) return;
		this.#amounts[slot % slots] = this.#at(slot) + amount;
		this.#sum += amount;
	}

	sum(now: number): number {
		this.#advance(now);
		return this.#sum;
	}

	/** How long until so much of it has left the window. */
	waitMs(amount: number, now: number): number {
		this.#advance(now);
		if (amount <= 1e-9) return 0;
		let left = amount;
		let slot = this.#oldest;
		while (slot < this.#newest && (left -= this.#at(slot)) > 1e-9) slot++;
		return (slot + perWindow + 1) * this.#slotMs + this.#lagMs - now;
	}

	/** The level of a bucket that drained evenly all the while. */
	drained(perMs: number, now: number): number {
		this.#advance(now);
		let level = 0;
		for (let slot = this.#oldest; slot < this.#newest; slot++)
			level = Math.max(0, level + this.#at(slot) - perMs * this.#slotMs);
		return level + this.#at(this.#newest);
	}

	#at(slot: number): number {
		return this.#amounts[slot % slots] ?? 0;
	}

	#advance(now: number): void {
		const slot = Math.max(this.#newest, Math.floor(now / this.#slotMs));
		const left = Math.floor((now - this.#lagMs) / this.#slotMs) - perWindow;
		for (; this.#oldest < Math.min(left, this.#newest + 1); this.#oldest++) {
			this.#sum -= this.#at(this.#oldest);
			this.#amounts[this.#oldest % slots] = 0;
		}
		if (this.#oldest > this.#newest) {
			this.#sum = 0;
			this.#oldest = Math.max(this.#oldest, left);
		}
		this.#newest = slot;
	}
}
