import type { RunSummary } from '#domain/run.ts';
import { undoMs } from '#domain/run-list.ts';
import { Countdowns } from './countdowns.ts';
import type { PageClock } from './page-clock.ts';
import type { RunsState } from './runs.svelte.ts';

/** However long it was looked at, it does not go the moment one looks away. */
const leastLeftMs = 3_000;

export interface DiscardedLine {
	readonly id: string;
	readonly name: string;
	/** `gone`: another tab has deleted it for good meanwhile. */
	readonly state: 'undoable' | 'gone';
}

/** Why the time of every notice stands still. */
export type Hold = 'pointer' | 'focus' | 'hidden';

type Commands = Pick<RunsState, 'discard' | 'undoDiscard' | 'delete' | 'discardedEarlier'>;

/** The runs that have just been deleted and can be brought back, until their time is over; then they go for good. */
export class DiscardedRunsState {
	/** Latest last. */
	lines = $state.raw<readonly DiscardedLine[]>([]);
	/** Could not be kept for an undo, and why, in the browser's words: it is still listed. */
	refused = $state.raw<{ readonly run: RunSummary; readonly message: string } | null>(null);
	/** The last one that can be undone. */
	readonly latest = $derived(this.lines.findLast(({ state }) => state === 'undoable') ?? null);
	readonly #runs: Commands;
	readonly #clock: PageClock;
	readonly #countdowns: Countdowns<Hold>;
	/** Being taken out: an undo waits for that, and so does the end of its time. */
	#leaving: Readonly<Record<string, Promise<boolean>>> = {};

	constructor(runs: Commands, clock: PageClock) {
		this.#runs = runs;
		this.#clock = clock;
		this.#countdowns = new Countdowns(clock, leastLeftMs);
	}

	/** What a tab that has gone since has left within its time. */
	async restore(): Promise<void> {
		for (const { id, name, discardedAt } of await this.#runs.discardedEarlier())
			this.#show({ id, name }, discardedAt + undoMs - this.#clock.now());
	}

	/** False where it could not be kept for an undo, which `refused` then says. */
	discard(run: RunSummary): Promise<boolean> {
		this.#show(run, undoMs);
		const leaving = this.#discard(run);
		this.#leaving = { ...this.#leaving, [run.id]: leaving };
		return leaving;
	}

	/** Whether the run is back. */
	async undo(id: string): Promise<boolean> {
		const line = this.lines.find((other) => other.id === id);
		if (line?.state !== 'undoable') return false;
		this.#forget(id);
		if ((await this.#leaving[id]) === false) return false;
		if (await this.#runs.undoDiscard(id)) return true;
		this.lines = [...this.lines, { ...line, state: 'gone' }];
		this.#countdowns.start(id, undoMs, () => {
			this.#forget(id);
		});
		return false;
	}

	/** The latest first; gives those that are back. */
	async undoAll(): Promise<readonly string[]> {
		const back: string[] = [];
		for (const { id } of this.lines.toReversed()) if (await this.undo(id)) back.push(id);
		return back;
	}

	hold(why: Hold): void {
		this.#countdowns.hold(why);
	}

	letGo(why: Hold): void {
		this.#countdowns.letGo(why);
	}

	/** For good, after it could not be kept. */
	async deleteRefused(): Promise<void> {
		const { refused } = this;
		this.refused = null;
		if (refused !== null) await this.#runs.delete(refused.run.id);
	}

	async #discard(run: RunSummary): Promise<boolean> {
		try {
			await this.#runs.discard(run.id);
			return true;
		} catch (cause) {
			this.#forget(run.id);
			this.refused = { run, message: cause instanceof Error ? cause.message : String(cause) };
			return false;
		}
	}

	#show({ id, name }: Pick<RunSummary, 'id' | 'name'>, ms: number): void {
		this.lines = [...this.lines.filter((line) => line.id !== id), { id, name, state: 'undoable' }];
		this.#countdowns.start(id, ms, () => void this.#over(id));
	}

	async #over(id: string): Promise<void> {
		this.#forget(id);
		// One that could not be taken out is still listed.
		if ((await this.#leaving[id]) !== false) await this.#runs.delete(id);
	}

	#forget(id: string): void {
		this.#countdowns.end(id);
		this.lines = this.lines.filter((line) => line.id !== id);
		// What stands under the pointer, or holds the focus, goes without either leaving it.
		if (this.lines.length > 0) return;
		this.letGo('pointer');
		this.letGo('focus');
	}
}
