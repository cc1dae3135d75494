const mostNamed = 8;

/** What an opened setup needs of the data and does not find; empty where it finds all. */
export function columnsWords(missing: readonly string[], data: string | null): string {
	if (missing.length === 0) return '';
	const named = missing.slice(0, mostNamed).map((name) => `“${name}”`);
	const more = missing.length - named.length;
	if (more > 0) named.push(`${String(more)} more`);
	const list =
		named.length === 1
			? String(named[0])
			: `${named.slice(0, -1).join(', ')} and ${String(named.at(-1))}`;
	const columns = missing.length === 1 ? 'column' : 'columns';
	return data === null
		? `It needs data with the ${columns} ${list}.`
		: `${data} does not have its ${columns} ${list}.`;
}
