import type { Column, ImportNotice } from '#domain/dataset.ts';
import { listed, quoted } from './wording.ts';

export function renamedNotice(file: string, columns: readonly Column[]): ImportNotice[] {
	const renamed = columns.flatMap(({ name, header }, i) => {
		if (header.trim() === name) return [];
		const old =
			header.trim() === '' ? `column ${(i + 1).toString()} (no name)` : quoted(header.trim());
		return [`${old} → ${quoted(name)}`];
	});
	if (renamed.length === 0) return [];
	const message = `${file}: columns were renamed so that each has a name of its own: ${listed(renamed)}.`;
	return [{ kind: 'renamedColumns', message, rows: [] }];
}
