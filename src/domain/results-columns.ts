import { cellAt, type Column, type Row } from './dataset.ts';

/** Whether a JSON table with these columns and this first row holds the results of a run, going by their form alone. */
export function looksLikeResults(columns: readonly Column[], first: Row): boolean {
	const has = (...names: readonly string[]): boolean =>
		names.some((name) => columns.some(({ header }) => header === name));
	const choice = cellAt(
		first,
		columns.findIndex(({ header }) => header === 'choice'),
	);
	return (
		has('choice') &&
		(choice === '' || choice.startsWith('{')) &&
		has('prompt', 'messages', 'prompt_raw', 'messages_raw') &&
		has('model_args', 'completion')
	);
}
