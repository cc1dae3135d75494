import type { Endpoint } from './connection.ts';
import { isJsonObject, objectAt, type JsonObject, type JsonValue } from './json.ts';
import { nestedObjects } from './parameter-table.ts';
import { tokenLimitNames, tokenLimits } from './token-limits.ts';

/**
 * What is sent to all, with what one model or one row has of its own in its place. An object in which Responses keeps
 * several parameters is no value: its other parameters stay. The limit of tokens is one setting under several names: its
 * own goes by `limitName`, unless it is named as the endpoint names it, and stands alone.
 */
export function overlaid(
	args: JsonObject,
	own: JsonObject,
	endpoint: Endpoint,
	limitName: string,
): JsonObject {
	const entries = Object.entries(own).map(([name, value]) =>
		isMeantLimit(name, endpoint)
			? ([limitName, value] as const)
			: ([name, besideOthers(args, name, value, endpoint)] as const),
	);
	const limits = entries.some(([name]) => name === limitName || tokenLimits.has(name));
	const kept = Object.entries(args).filter(([name]) => !(limits && tokenLimits.has(name)));
	return Object.fromEntries([...kept, ...entries]);
}

/** `max_tokens` is what people call it everywhere; the other names are those of one endpoint. */
const isMeantLimit = (name: string, endpoint: Endpoint): boolean =>
	name === 'max_tokens' ||
	(tokenLimits.has(name) && !tokenLimitNames[endpoint].some((known) => known === name));

function besideOthers(
	args: JsonObject,
	name: string,
	value: JsonValue,
	endpoint: Endpoint,
): JsonValue {
	if (endpoint !== 'responses' || !nestedObjects.has(name) || !isJsonObject(value)) return value;
	return { ...objectAt(args, name), ...value };
}
