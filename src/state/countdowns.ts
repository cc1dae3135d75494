import type { PageClock } from './page-clock.ts';

interface Countdown {
	readonly over: () => void;
	leftMs: number;
	/** Epoch milliseconds; while it runs. */
	startedAt: number;
	/** Null while it stands still. */
	stop: (() => void) | null;
}

/** Times that run out together and stand still together, each for one id. */
export class Countdowns<Reason> {
	readonly #clock: PageClock;
	/** However long it stood still, it goes on for as long at least. */
	readonly #leastLeftMs: number;
	readonly #running = new Map<string, Countdown>();
	readonly #holds = new Set<Reason>();

	constructor(clock: PageClock, leastLeftMs: number) {
		this.#clock = clock;
		this.#leastLeftMs = leastLeftMs;
	}

	/** In the place of the one of this id. */
	start(id: string, ms: number, over: () => void): void {
		this.end(id);
		const countdown: Countdown = { over, leftMs: ms, startedAt: 0, stop: null };
		this.#running.set(id, countdown);
		if (this.#holds.size === 0) this.#run(id, countdown);
	}

	end(id: string): void {
		this.#running.get(id)?.stop?.();
		this.#running.delete(id);
	}

	hold(why: Reason): void {
		this.#holds.add(why);
		for (const countdown of this.#running.values()) {
			if (countdown.stop === null) continue;
			countdown.stop();
			countdown.stop = null;
			countdown.leftMs -= this.#clock.now() - countdown.startedAt;
		}
	}

	letGo(why: Reason): void {
		this.#holds.delete(why);
		if (this.#holds.size > 0) return;
		for (const [id, countdown] of this.#running) {
			if (countdown.stop !== null) continue;
			countdown.leftMs = Math.max(this.#leastLeftMs, countdown.leftMs);
			this.#run(id, countdown);
		}
	}

	#run(id: string, countdown: Countdown): void {
		countdown.startedAt = this.#clock.now();
		countdown.stop = this.#clock.after(Math.max(0, countdown.leftMs), () => {
			this.#running.delete(id);
			countdown.over();
		});
	}
}
