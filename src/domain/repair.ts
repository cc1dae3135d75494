import type { RefusedParameter } from './failure.ts';
import type { JsonObject } from './json.ts';
import { hasAt, valueAt, withAt, withoutAt } from './parameter-path.ts';

/**
 * How a parameter is sent to one model after it was refused: under another name, or not at all (null). Of an object of
 * Responses its part alone, such as `reasoning.effort`.
 */
export interface Repair {
	readonly model: string;
	readonly name: string;
	readonly replacement: string | null;
	/** Where alone it is for; left out: wherever the run sends to that model. */
	readonly origin?: string;
}

/** Without them the answers would be other than the run was set up for, so they are the person's to change. */
const meant: ReadonlySet<string> = new Set([
	'n',
	'best_of',
	'response_format',
	'stop',
	'tools',
	'tool_choice',
	'functions',
	'function_call',
	'echo',
	'suffix',
	'modalities',
	'logit_bias',
	'prediction',
	'web_search_options',
	'text',
	'text.format',
	'prompt',
	'previous_response_id',
]);

export const isSameRepair = (a: Repair, b: Repair): boolean =>
	isOfSame(a, b) && a.replacement === b.replacement;

const isOfSame = (a: Repair, b: Repair): boolean =>
	a.model === b.model && a.name === b.name && a.origin === b.origin;

/** Without an `origin`: of a run with one connection, whose repairs are all for it. */
export const repairsOf = (
	repairs: readonly Repair[],
	model: string,
	origin?: string,
): readonly Repair[] =>
	repairs.filter(
		(repair) =>
			repair.model === model &&
			(origin === undefined || repair.origin === undefined || repair.origin === origin),
	);

/**
 * The repair that keeps what the run means; null where there is none. A name that this model has refused before is not
 * gone back to: refused under both, the parameter is left out.
 */
export function repairFor(refused: RefusedParameter, known: readonly Repair[]): Repair | null {
	const { model, name, replacement, origin } = refused;
	if (meant.has(name)) return null;
	const tried = repairsOf(known, model, origin).some((repair) => repair.name === replacement);
	const at = origin === undefined ? {} : { origin };
	return { model, name, replacement: tried ? null : replacement, ...at };
}

/** In the order in which they were found: a later one may mend what an earlier one led to. */
export const withRepair = (repairs: readonly Repair[], repair: Repair): readonly Repair[] => [
	...repairs.filter((other) => !isOfSame(other, repair)),
	repair,
];

/** The parameters as they are sent to the model that the repairs are for. */
export function repaired(args: JsonObject, repairs: readonly Repair[]): JsonObject {
	return repairs.reduce<JsonObject>((sent, { name, replacement }) => {
		const value = valueAt(sent, name);
		if (value === undefined) return sent;
		const rest = withoutAt(sent, name);
		// A value that was typed under that name itself is the one that counts.
		return replacement === null || hasAt(sent, replacement)
			? rest
			: withAt(rest, replacement, value);
	}, args);
}
