/**
 * A call that was refused whole and leaves again in parts. Where all of it is then answered, none of its prompts was to
 * blame: the endpoint takes no so many at once, or no list of them at all.
 */
export class Parting {
	readonly #whole: Parting | null;
	/** Requests of it that were not answered; those that have failed never are. */
	#left: number;
	#largest = 0;
	readonly #blamesNumber: boolean;

	/** `whole` is what this call was a part of itself. `blamesNumber`: false where the refusal may come by chance. */
	constructor(size: number, whole: Parting | null, blamesNumber: boolean) {
		this.#left = size;
		this.#whole = whole;
		this.#blamesNumber = blamesNumber;
	}

	/** A part of so many was answered. Gives back the most that the endpoint takes at once; null where that is not known. */
	answered(size: number): number | null {
		this.#left -= size;
		this.#largest = Math.max(this.#largest, size);
		const own = this.#left === 0 && this.#blamesNumber ? this.#largest : null;
		const outer = this.#whole?.answered(size) ?? null;
		// What is known of a part is never more than what is known of the whole.
		return own ?? outer;
	}
}
