/** Lines a block: 4 kB of bits, made when the first of them comes. */
const blockLines = 32_768;
const wordsPerBlock = blockLines / 32;

/**
 * A set of line numbers in ascending order, a bit each: a million lines take 125 kB however many are in it. A place is
 * found by walking over the counts of the blocks, then over the words of one.
 */
export class LineSet {
	readonly #blocks: (Uint32Array | undefined)[] = [];
	readonly #counts: number[] = [];
	#length = 0;
	#last = -1;

	get length(): number {
		return this.#length;
	}

	/** The greatest line; -1: there is none. */
	get last(): number {
		return this.#last;
	}

	has(line: number): boolean {
		const word = this.#blocks[Math.floor(line / blockLines)]?.[wordOf(line)] ?? 0;
		return (word & bitOf(line)) !== 0;
	}

	/** Whether it was not in it before. */
	add(line: number): boolean {
		const at = Math.floor(line / blockLines);
		const block = (this.#blocks[at] ??= new Uint32Array(wordsPerBlock));
		const before = block[wordOf(line)] ?? 0;
		if ((before & bitOf(line)) !== 0) return false;
		block[wordOf(line)] = before | bitOf(line);
		this.#count(at, 1);
		this.#last = Math.max(this.#last, line);
		return true;
	}

	/** Whether it was in it. */
	delete(line: number): boolean {
		const at = Math.floor(line / blockLines);
		const block = this.#blocks[at];
		const before = block?.[wordOf(line)] ?? 0;
		if (block === undefined || (before & bitOf(line)) === 0) return false;
		block[wordOf(line)] = before & ~bitOf(line);
		this.#count(at, -1);
		if (line === this.#last) this.#last = this.slice(this.#length - 1, 1)[0] ?? -1;
		return true;
	}

	/** The lines at the places [offset, offset + count), as far as there are any. */
	slice(offset: number, count: number): number[] {
		const found: number[] = [];
		let skip = Math.max(0, offset);
		for (let at = 0; at < this.#blocks.length && found.length < count; at++) {
			const held = this.#counts[at] ?? 0;
			const block = this.#blocks[at];
			if (skip >= held || block === undefined) {
				skip -= held;
				continue;
			}
			for (let i = 0; i < wordsPerBlock && found.length < count; i++) {
				let word = block[i] ?? 0;
				const inWord = ones(word);
				if (skip >= inWord) {
					skip -= inWord;
					continue;
				}
				for (; word !== 0 && found.length < count; word &= word - 1)
					if (skip > 0) skip--;
					else found.push(at * blockLines + i * 32 + (31 - Math.clz32(word & -word)));
			}
		}
		return found;
	}

	/** All of them; what is added behind the one that is looked at comes too. */
	*[Symbol.iterator](): Generator<number, void, undefined> {
		for (let at = 0; at < this.#blocks.length; at++) {
			const block = this.#blocks[at];
			if (block === undefined || this.#counts[at] === 0) continue;
			for (let i = 0; i < wordsPerBlock; i++)
				for (let word = block[i] ?? 0; word !== 0; word &= word - 1)
					yield at * blockLines + i * 32 + (31 - Math.clz32(word & -word));
		}
	}

	#count(block: number, change: number): void {
		while (this.#counts.length <= block) this.#counts.push(0);
		this.#counts[block] = (this.#counts[block] ?? 0) + change;
		this.#length += change;
	}
}

const wordOf = (line: number): number => Math.floor((line % blockLines) / 32);

const bitOf = (line: number): number => 1 << (line % 32);

function ones(word: number): number {
	let n = word - ((word >>> 1) & 0x55555555);
	n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
	return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
