/** A run's name as a file name that every system takes. */
export function fileNameOf(name: string): string {
	const safe = name
		.normalize('NFC')
		.replace(/[\p{C}\s/\\:*?"<>|.]+/gu, '-')
		.replace(/^-+|-+$/g, '')
		.slice(0, 80);
	return safe === '' ? 'run' : safe;
}
