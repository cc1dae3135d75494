/**
 * `count` of the numbers below `total`, ascending, every choice as likely as any other. Only 32-bit arithmetic and one
 * division go into it, so that a seed means the same numbers in every browser.
 */
export function sample(count: number, total: number, seed: number): Uint32Array {
	const random = seededRandom(seed);
	const chosen = new Uint32Array(Math.min(count, total));
	let taken = 0;
	for (let number = 0; taken < chosen.length; number++)
		if (random() * (total - number) < chosen.length - taken) chosen[taken++] = number;
	return chosen;
}

/** Rounds after which seeds that differ in one bit have nothing left in common. */
const warmUp = 20;

/** The generator sfc32: uniform in [0, 1). */
function seededRandom(seed: number): () => number {
	let a = 0x9e3779b9;
	let b = 0x243f6a88;
	let c = seed | 0;
	let counter = 1;
	const next = (): number => {
		const sum = (a + b + counter) | 0;
		counter = (counter + 1) | 0;
		a = b ^ (b >>> 9);
		b = (c + (c << 3)) | 0;
		c = ((c << 21) | (c >>> 11)) + sum;
		return (sum >>> 0) / 4_294_967_296;
	};
	for (let round = 0; round < warmUp; round++) next();
	return next;
}
