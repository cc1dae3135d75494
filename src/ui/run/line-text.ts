import { choiceIndexOf, type ResultRow } from '#domain/result-item.ts';
import { formatCount, formatLatency } from '../format.ts';
import { isNotGiven } from './given.ts';
import type { TableColumn } from './table-columns.ts';

/** What stands in a column of a line, but for the response, which is more than a text. */
export function lineText(
	{ key, position }: Pick<TableColumn, 'key' | 'position'>,
	row: ResultRow,
	choicesAsked: number,
): string {
	if (position !== null) return row.cells[position] ?? '';
	const answered = row.state === 'succeeded' && !isNotGiven(row);
	const count = (known: number | null): string => {
		if (!answered) return '';
		return known === null ? '–' : formatCount(known);
	};
	switch (key) {
		case 'id':
			return row.id;
		case 'template':
			return formatCount(row.place.promptIndex + 1);
		case 'model':
			return row.model;
		case 'connection':
			return row.connection ?? '';
		case 'choice':
			return `${String(choiceIndexOf(row.place, row.choice) + 1)}/${String(choicesAsked)}`;
		case 'prompt':
			return row.prompt ?? '';
		case 'finish':
			return row.finishReason ?? (answered ? '–' : '');
		case 'promptTokens':
			return count(row.promptTokens);
		case 'tokens':
			return count(row.completionTokens);
		case 'latency':
			return row.latencyMs === null || isNotGiven(row) ? '' : formatLatency(row.latencyMs);
		case 'attempts':
			return row.state === 'waiting' ? '' : formatCount(row.attempts);
		default:
			return row.response ?? '';
	}
}
