import { modelColumnOf, type Binding } from './bindings.ts';
import { mostModels } from './caps.ts';
import type { Endpoint } from './connection.ts';
import type { Dataset } from './dataset.ts';
import { sentName } from './named-parameters.ts';
import { problem, type Hint, type Problem } from './problem.ts';
import { reservedReason } from './reserved-names.ts';
import { namedRows, type RowScan, type SomeRows, type UnfitCells } from './row-scan.ts';
import { tokenLimits } from './token-limits.ts';

/** One binding's problem in words; null where it can be sent. */
export function bindingProblem(
	endpoint: Endpoint,
	{ column, parameter }: Binding,
	before: readonly Binding[],
	{ columns, name }: Dataset,
): string | null {
	if (parameter.trim() === '') return `Name the parameter that column “${column}” sets.`;
	const reason = parameter === 'model' ? null : reservedReason(endpoint, parameter);
	if (reason !== null) return `“${parameter}” cannot come from a column. ${reason}`;
	if (!columns.some((one) => one.name === column))
		return `${name} has no column “${column}” for ${parameter}. Choose another one.`;
	const sent = sentName(endpoint, parameter);
	const same = (typed: string): boolean => {
		const other = sentName(endpoint, typed);
		return (
			other === sent ||
			(endpoint === 'responses' && (isWithin(other, sent) || isWithin(sent, other))) ||
			(tokenLimits.has(other) && tokenLimits.has(sent))
		);
	};
	return before.some((other) => same(other.parameter.trim()))
		? `${parameter} comes from two columns. Keep one of the two.`
		: null;
}

const isWithin = (path: string, object: string): boolean => path.startsWith(`${object}.`);

/** The bindings that can be sent. A name is trimmed; nothing else is changed. */
export function checkBindings(
	endpoint: Endpoint,
	drafts: readonly Binding[] | undefined,
	dataset: Dataset | null,
	problems: Problem[],
): readonly Binding[] {
	if (drafts === undefined || dataset === null) return [];
	return drafts.flatMap((draft, i) => {
		const binding = { ...draft, parameter: draft.parameter.trim() };
		const message = bindingProblem(endpoint, binding, drafts.slice(0, i), dataset);
		if (message === null) return [binding];
		problems.push(problem('bindings', message, i));
		return [];
	});
}

/** What a look through the cells has found wrong, or worth a word, at the place of each among `drafts`. */
export function checkBoundCells(
	drafts: readonly Binding[],
	bindings: readonly Binding[],
	scan: RowScan,
	typedModels: readonly string[],
	problems: Problem[],
	hints: Hint[],
): void {
	const indexOf = (parameter: string): number =>
		drafts.findIndex((draft) => draft.parameter.trim() === parameter);
	for (const unfit of scan.unfit)
		problems.push(problem('bindings', unfitWords(unfit), indexOf(unfit.binding.parameter)));
	const column = modelColumnOf(bindings);
	if (column === null) return;
	const index = indexOf('model');
	if (scan.models.length > mostModels)
		problems.push(
			problem(
				'bindings',
				`Column “${column}” names more than ${String(mostModels)} models: a run takes at most ${String(mostModels)}. Is it the right column?`,
				index,
			),
		);
	if (typedModels.length > 1)
		hints.push({
			field: 'bindings',
			index,
			message: `Each row names its model in “${column}”. Of the models typed only the first is used, for rows that name none; what is typed for a model goes with the rows that name it.`,
		});
}

/** The models of a run whose rows name theirs: that of the blank cells first, where there are any. */
export function modelsOf(scan: RowScan, typed: string | undefined): readonly string[] {
	const named = scan.models.filter((model) => model !== '');
	if (named.length === scan.models.length || typed === undefined) return named;
	return [typed, ...named.filter((model) => model !== typed)];
}

function unfitWords({ binding, rows, example, fault }: UnfitCells): string {
	const { column, parameter } = binding;
	const cells = rows.count === 1 ? 'One cell' : `${rows.count.toLocaleString('en')} cells`;
	return `${cells} of “${column}” cannot be sent as ${parameter}: ${rowNumbers(rows)}, such as “${example}”. ${parameter} ${fault} Correct the file, or leave those rows out.`;
}

/** "row 4", "rows 4, 9 and 12", "rows 1, 2, 3 and 40 more". */
export function rowNumbers({ count, numbers }: SomeRows): string {
	const named = numbers.slice(0, namedRows).map((number) => number.toLocaleString('en'));
	const rest = count - named.length;
	const all = rest > 0 ? [...named, `${rest.toLocaleString('en')} more`] : named;
	const list =
		all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1) ?? ''}`;
	return `${count === 1 ? 'row' : 'rows'} ${list}`;
}
