import type { RowChoice } from '#domain/rows.ts';
import type { RunSetup } from '#domain/run.ts';
import { formatCount } from '../format.ts';
import type { Fact } from './fact.ts';

/** "150", "20: a random sample, seed 7". */
export function rowsFact({ rowCount, rows = { kind: 'all' }, listed }: RunSetup): Fact {
	const words = choiceWords(rows);
	const count = formatCount(listed?.rows ?? rowCount);
	return { label: 'Rows', value: words === null ? count : `${count}: ${words}` };
}

function choiceWords(choice: RowChoice): string | null {
	switch (choice.kind) {
		case 'all':
			return null;
		case 'first':
			return 'the first ones';
		case 'random':
			return `a random sample, seed ${String(choice.seed)}`;
		case 'range':
			return `from row ${formatCount(choice.from)} to row ${formatCount(choice.to)}`;
		case 'where': {
			const text = choice.text === '' ? 'text' : `“${choice.text}”`;
			return `those ${choice.has ? 'with' : 'without'} ${text} in ${choice.column}`;
		}
	}
}

/** How templates go with rows, where not every one goes with every row. */
export function pairingFacts({ pairing, listed }: RunSetup): readonly Fact[] {
	if (listed !== undefined)
		return [{ label: 'Templates', value: 'with those rows and models alone that the file has' }];
	return pairing === 'pair'
		? [{ label: 'Templates', value: 'template 1 with the first row, 2 with the second, …' }]
		: [];
}

/** What single models are sent of their own. */
export const modelFacts = ({ models, modelParameters = [] }: RunSetup): readonly Fact[] =>
	modelParameters.flatMap((parameters, i) =>
		Object.keys(parameters).length === 0
			? []
			: [{ label: `Parameters for ${models[i] ?? ''}`, value: JSON.stringify(parameters) }],
	);

/** What each row sends of its own. */
export const bindingFacts = ({ bindings = [] }: RunSetup): readonly Fact[] =>
	bindings.length === 0
		? []
		: [
				{
					label: 'From columns',
					value: bindings.map(({ column, parameter }) => `${parameter} from ${column}`).join('\n'),
				},
			];
