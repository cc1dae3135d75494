import type { Endpoint } from './connection.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { hasAt, valueAt, withAt, withoutAt } from './parameter-path.ts';
import {
	nestedObjects,
	parameterTable,
	settableParameter,
	wireName,
	type KnownParameter,
} from './parameter-table.ts';
import { writeValue } from './parameter-value.ts';

/** A parameter that was chosen by its name (parameter-table.ts), its value as typed. */
export interface NamedParameter {
	readonly name: string;
	readonly value: string;
}

/** `args` with a parameter more, under the name and in the form that the endpoint has for it. */
export const withNamed = (
	args: JsonObject,
	endpoint: Endpoint,
	known: KnownParameter,
	value: JsonValue,
): JsonObject =>
	withAt(
		args,
		wireName(endpoint, known),
		known.name === 'response_format' ? formatFor(endpoint, value) : value,
	);

/** The same for a parameter under whichever name it was written; of one that nobody knows, that name. */
export function withWritten(
	args: JsonObject,
	endpoint: Endpoint,
	name: string,
	value: JsonValue,
): JsonObject {
	const known = settableParameter(endpoint, name);
	if (known !== null) return withNamed(args, endpoint, known, value);
	return isNested(endpoint, name) ? withAt(args, name, value) : { ...args, [name]: value };
}

/** What a parameter is called in the endpoint's own words, under whichever name it was written. */
export function sentName(endpoint: Endpoint, name: string): string {
	const known = settableParameter(endpoint, name);
	return known === null ? name : wireName(endpoint, known);
}

const isNested = (endpoint: Endpoint, name: string): boolean =>
	endpoint === 'responses' &&
	name.includes('.') &&
	nestedObjects.has(name.slice(0, name.indexOf('.')));

/** A schema stands in an object of its own in Chat Completions, and beside its type in Responses; both are taken. */
function formatFor(endpoint: Endpoint, value: JsonValue): JsonValue {
	if (!isJsonObject(value) || value['type'] !== 'json_schema') return value;
	const { type, json_schema: nested, ...beside } = value;
	const schema = isJsonObject(nested) ? nested : beside;
	return endpoint === 'responses' ? { type, ...schema } : { type, json_schema: schema };
}

/** Takes the parameters that the list of names can hold out of a request's others. */
export function namedIn(
	endpoint: Endpoint,
	other: JsonObject,
): { readonly parameters: readonly NamedParameter[]; readonly rest: JsonObject } {
	const parameters: NamedParameter[] = [];
	let rest = other;
	for (const known of parameterTable) {
		const path = wireName(endpoint, known);
		if (!known.endpoints.includes(endpoint) || !hasAt(other, path)) continue;
		const sent = valueAt(other, path) ?? null;
		const value = writeValue(known, sent);
		// Written otherwise than it came, the copy of a run would be another run.
		const same = withNamed({}, endpoint, known, sent);
		if (value === null || JSON.stringify(valueAt(same, path)) !== JSON.stringify(sent)) continue;
		parameters.push({ name: known.name, value });
		rest = withoutAt(rest, path);
	}
	return { parameters, rest };
}

/** The parameters of both, those of one object side by side. They share no path. */
export function united(named: JsonObject, typed: JsonObject): JsonObject {
	const both = Object.entries(named).filter(([name]) => Object.hasOwn(typed, name));
	const merged = both.map(([name, value]): readonly [string, JsonValue] => {
		const other = typed[name];
		return [name, isJsonObject(value) && isJsonObject(other) ? { ...value, ...other } : value];
	});
	return { ...named, ...typed, ...Object.fromEntries(merged) };
}

/** The path at which both hold a value; null where they can be united. */
export function sharedPath(named: JsonObject, typed: JsonObject): string | null {
	for (const [name, value] of Object.entries(named)) {
		if (!Object.hasOwn(typed, name)) continue;
		const other = typed[name];
		// An object of the list's own, such as `metadata`, is one value; only what paths have made is shared.
		if (!nestedObjects.has(name) || !isJsonObject(value) || !isJsonObject(other)) return name;
		const shared = Object.keys(value).find((inner) => Object.hasOwn(other, inner));
		if (shared !== undefined) return `${name}.${shared}`;
	}
	return null;
}

/** What `draftOf` needs of the rules. */
export interface NameReader {
	readonly namedIn: typeof namedIn;
}
