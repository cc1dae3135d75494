import { rowNumbers } from './check-bindings.ts';
import type { Hint } from './problem.ts';
import type { IdScan } from './row-scan.ts';

/** Ids need not be unique: what repeats is told, not refused. */
export function idHints(column: string, { blank, repeated, examples }: IdScan): readonly Hint[] {
	const hint = (message: string): Hint => ({ field: 'idColumn', index: 0, message });
	const named = examples.map(
		({ id, rows }) => `“${id}” in ${rowNumbers({ count: rows.length, numbers: rows })}`,
	);
	const more = examples.reduce((sum, { rows }) => sum + rows.length, 0) < repeated;
	return [
		...(repeated === 0
			? []
			: [
					hint(
						`${repeated.toLocaleString('en')} rows share their “${column}” with another: ${named.join('; ')}${more ? '; …' : ''}. The results tell them apart by row_index.`,
					),
				]),
		...(blank.count === 0
			? []
			: [
					hint(
						`“${column}” is blank in ${rowNumbers(blank)}: ${blank.count === 1 ? 'its id is' : 'their ids are'} empty.`,
					),
				]),
	];
}
