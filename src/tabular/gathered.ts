/** Pieces of text joined into chunks of at least so many characters: many small writes cost more than the text. */
export async function* gathered(
	pieces: AsyncIterable<string>,
	atLeast = 262_144,
): AsyncGenerator<string> {
	let held: string[] = [];
	let length = 0;
	for await (const piece of pieces) {
		held.push(piece);
		length += piece.length;
		if (length < atLeast) continue;
		yield held.join('');
		held = [];
		length = 0;
	}
	if (length > 0) yield held.join('');
}
