import { isReadOnly, type RunSetup, type RunSummary } from './run.ts';

/** How long a run that was taken out of the list can be brought back. */
export const undoMs = 10_000;

/** Of a list of models as long as a table only so many are looked through. */
const listedModels = 20;

/** What the list of runs keeps of a setup, to be found by. */
export function listedOf(setup: RunSetup): Pick<RunSummary, 'models' | 'targets'> {
	const { models, connection, shares = [] } = setup;
	const connections = shares.length === 0 ? [connection] : shares.map((share) => share.connection);
	// Where they went is not in a results file.
	if (isReadOnly(setup)) return { models: models.slice(0, listedModels), targets: [] };
	const targets = connections.flatMap(({ provider, preset, baseUrl }) => [
		provider,
		...(preset === undefined ? [] : [preset]),
		...(provider === 'demo' ? [] : [hostOf(baseUrl)]),
	]);
	const named = [...new Set([...targets, ...shares.map(({ name }) => name)])];
	return { models: models.slice(0, listedModels), targets: named };
}

/** Never throws: a migration goes over addresses that older versions have let pass. */
const hostOf = (baseUrl: string): string => baseUrl.split('/')[2] ?? baseUrl;

export const runOrders = ['newest', 'changed', 'name', 'size'] as const;
export type RunOrder = (typeof runOrders)[number];

export const isRunOrder = (text: string | null): text is RunOrder =>
	runOrders.some((order) => order === text);

/** "Run 2" stands before "Run 10", and case tells nothing apart. */
const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const newest = (a: RunSummary, b: RunSummary): number => b.createdAt - a.createdAt;

const comparisons: Readonly<Record<RunOrder, (a: RunSummary, b: RunSummary) => number>> = {
	newest,
	changed: (a, b) => b.updatedAt - a.updatedAt || newest(a, b),
	name: (a, b) => names.compare(a.name, b.name) || newest(a, b),
	size: (a, b) => b.planned - a.planned || newest(a, b),
};

/**
 * The runs in which every word of the search stands, whatever its case, in the name, a model, a provider or a host, in the
 * order asked for. What compares as equal keeps its place.
 */
export function findRuns(
	runs: readonly RunSummary[],
	search: string,
	order: RunOrder,
): readonly RunSummary[] {
	const words = search.toLowerCase().split(/\s+/).filter(Boolean);
	const found =
		words.length === 0
			? runs
			: runs.filter((run) => {
					const text = searchedText(run);
					return words.every((word) => text.includes(word));
				});
	return found.toSorted(comparisons[order]);
}

const searchedText = ({ name, models = [], targets = [] }: RunSummary): string =>
	[name, ...models, ...targets].join('\n').toLowerCase();

/** A name that none of `taken` is: the wanted one, else with the first free number from 2 on. */
export function freeName(wanted: string, taken: Iterable<string>): string {
	const used = new Set(taken);
	if (!used.has(wanted)) return wanted;
	for (let number = 2; ; number++) {
		const ending = ` (${String(number)})`;
		const name = wanted.slice(0, 200 - ending.length) + ending;
		if (!used.has(name)) return name;
	}
}
