export const counted = (count: number, one: string, many: string): string =>
	`${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

/** `a, b and c`; past `most` the rest is a count. */
export function listed(parts: readonly string[], most = 10, total = parts.length): string {
	const shown = parts.slice(0, most);
	const rest = total - shown.length;
	if (rest > 0) return `${shown.join(', ')} and ${rest.toLocaleString('en-US')} more`;
	const last = shown.at(-1) ?? '';
	return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

export const quoted = (name: string): string => `“${name}”`;
