const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** In thousands, as disks are sold: 1234567 → "1.2 MB". */
export function formatBytes(bytes: number): string {
	let amount = bytes;
	let unit = 0;
	while (amount >= 999.5 && unit < units.length - 1) {
		amount /= 1_000;
		unit += 1;
	}
	const digits = unit === 0 || amount >= 9.95 ? 0 : 1;
	return `${amount.toFixed(digits)} ${units[unit] ?? 'B'}`;
}
