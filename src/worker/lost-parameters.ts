import type { Column } from '#domain/dataset.ts';
import type { JsonObject } from '#domain/json.ts';
import { withoutAt } from '#domain/parameter-path.ts';
import { knownParameter, wireName } from '#domain/parameter-table.ts';
import type { Terms } from '#domain/revision.ts';
import type { RunSetup } from '#domain/run.ts';
import { tokenLimits, withoutTokenLimit } from '#domain/token-limits.ts';

/** What only the cells of a table that is gone could tell of a run's requests. */
export interface LostParameters {
	/** Which model each was sent to, and with it all in which the models differ. */
	readonly model: boolean;
	/** What the rows set, by the names under which it may have been sent. */
	readonly names: readonly string[];
}

/** Null where nothing is lost. */
export function lostParameters(
	{ bindings = [], endpoint, models }: RunSetup,
	columns: readonly Column[],
): LostParameters | null {
	const names = new Set(columns.map(({ name }) => name));
	const lost = bindings.filter(({ column }) => !names.has(column));
	if (lost.length === 0) return null;
	return {
		// The run knows its models: where there is but one, no row named another.
		model: models.length > 1 && lost.some(({ parameter }) => parameter === 'model'),
		names: lost.flatMap(({ parameter }) => {
			if (parameter === 'model') return [];
			const known = knownParameter(endpoint, parameter);
			return known === null ? [parameter] : [parameter, wireName(endpoint, known)];
		}),
	};
}

/** What all requests had in common: what is left out was sent to some of them, or to none. */
export function withoutLost(
	args: JsonObject,
	{ model, names }: LostParameters,
	{ modelParameters = [] }: RunSetup,
	{ repairs }: Terms,
): JsonObject {
	const differing = model
		? [
				'model',
				...modelParameters.flatMap((own) => Object.keys(own)),
				...repairs.flatMap((repair) => [repair.name, repair.replacement ?? repair.name]),
			]
		: [];
	const uncertain = [...names, ...differing];
	const known = uncertain.reduce(withoutAt, args);
	return uncertain.some((name) => tokenLimits.has(name)) ? withoutTokenLimit(known) : known;
}
