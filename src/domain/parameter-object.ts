import type { Endpoint } from './connection.ts';
import { notJson } from './json-fault.ts';
import { isJsonObject, isTooDeep, mostDepth, type JsonObject } from './json.ts';
import { reservedReason } from './reserved-names.ts';
import { err, ok, type Result } from './result.ts';

/**
 * Reads parameters that are typed as JSON, `where` it is: “Other parameters”. Empty text is none. Each problem is a
 * sentence or two of its own.
 */
export function readParameterObject(
	text: string,
	where: string,
	example: string,
	endpoint: Endpoint,
): Result<JsonObject, readonly string[]> {
	if (text.trim() === '') return ok({});
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return err([`${where} ${notJson(text)}. Write an object such as ${example}.`]);
	}
	if (!isJsonObject(value)) return err([`${where} must be a JSON object, such as ${example}.`]);
	if (isTooDeep(value)) return err([`${where} is nested more than ${String(mostDepth)} deep.`]);
	const reserved = Object.keys(value).flatMap((name) => {
		const reason = reservedReason(endpoint, name);
		return reason === null ? [] : [`${where} cannot hold “${name}”. ${reason}`];
	});
	return reserved.length > 0 ? err(reserved) : ok(value);
}
