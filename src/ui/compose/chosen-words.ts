import type { DraftCheck } from '#domain/check-draft.ts';
import { formatCount, formatCounted } from '../format.ts';

/** A sentence on how many rows are chosen. */
export function chosenWords({ rows, rowsInData, counted }: DraftCheck): string {
	if (!counted) return 'The rows are being counted…';
	const all = formatCounted(rowsInData, 'row');
	return rows === rowsInData ? `All ${all} are chosen.` : `${formatCount(rows)} of ${all} chosen.`;
}
