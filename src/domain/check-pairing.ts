import type { Dataset } from './dataset.ts';
import type { Draft } from './draft.ts';
import { problem, type Problem } from './problem.ts';

const counted = (count: number, one: string): string =>
	`${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`;

/** Whether template i goes with row i alone. One template, or no data, leaves nothing to pair. */
export function checkPairing(
	{ pairing, templates }: Pick<Draft, 'pairing' | 'templates'>,
	dataset: Dataset | null,
	rows: number,
	areCounted: boolean,
	problems: Problem[],
): boolean {
	if (pairing !== 'pair' || templates.length < 2 || dataset === null) return false;
	if (areCounted && rows !== templates.length)
		problems.push(
			problem(
				'pairing',
				`There are ${counted(templates.length, 'template')} and ${counted(rows, 'row')}: to go with one row each, there must be as many of the one as of the other. Choose as many rows, or send every template with every row.`,
			),
		);
	return true;
}
