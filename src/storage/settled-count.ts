import type { JournalFile } from './journal-folder.ts';
import { decodeRecord, encodeRecord, newline } from './journal-line.ts';

const slotSize = 64;

interface Counted {
	readonly turn: number;
	readonly settled: number;
}

/**
 * How many settled requests of a run were acknowledged, in a small file of its own: if journal and store together ever hold
 * fewer, something was lost. Two slots are written in turn, so that a torn write leaves the count before it.
 */
export class SettledCount {
	readonly #file: JournalFile;
	#last: Counted;

	constructor(file: JournalFile) {
		this.#file = file;
		this.#last = [0, slotSize]
			.flatMap((at) => readSlot(file, at) ?? [])
			.reduce((a, b) => (b.turn > a.turn ? b : a), { turn: 0, settled: 0 });
	}

	get settled(): number {
		return this.#last.settled;
	}

	/** Not flushed: a killed browser leaves it all the same, and a count that is too low raises no alarm. */
	write(settled: number): void {
		if (settled === this.#last.settled) return;
		const next = { turn: this.#last.turn + 1, settled };
		const slot = new Uint8Array(slotSize).fill(newline);
		slot.set(encodeRecord(next));
		this.#file.write(slot, (next.turn % 2) * slotSize);
		this.#last = next;
	}

	close(): void {
		this.#file.close();
	}
}

function readSlot(file: JournalFile, at: number): Counted | null {
	const slot = new Uint8Array(slotSize);
	const end = slot.subarray(0, file.read(slot, at)).indexOf(newline);
	// Written by `write`, if its checksum is right.
	return end === -1 ? null : (decodeRecord(slot.subarray(0, end)) as Counted | null);
}
