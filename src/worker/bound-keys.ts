/** More different ones than this are not told apart by their text: each then stands alone. */
const keptKeys = 65_536;

/**
 * A number for each row's bound cells, equal only where all of them are. Memory stays bounded where every row differs: a
 * row that comes late then gets a number of its own.
 */
export function boundKeys(): (cells: readonly string[], position: number) => number {
	const keys = new Map<string, number>();
	return (cells, position) => {
		const text = JSON.stringify(cells);
		const known = keys.get(text);
		if (known !== undefined) return known;
		if (keys.size >= keptKeys) return keptKeys + position;
		keys.set(text, keys.size);
		return keys.size - 1;
	};
}
