import type { Endpoint } from './connection.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { sentName, withWritten } from './named-parameters.ts';
import { readParameterObject } from './parameter-object.ts';
import { nestedObjects, settableParameter } from './parameter-table.ts';
import { valueFault } from './parameter-value.ts';
import { problem, type Problem } from './problem.ts';
import { err, ok, type Result } from './result.ts';
import { tokenLimits } from './token-limits.ts';

/** The parameters of the models that are named, in their order; undefined where none has any. */
export function checkModelParameters(
	endpoint: Endpoint,
	models: readonly string[],
	texts: readonly string[] | undefined,
	problems: Problem[],
): readonly JsonObject[] | undefined {
	const checked = models.flatMap((typed, i) => {
		const model = typed.trim();
		if (model === '') return [];
		const where = `Parameters for ${model}`;
		const read = readParameterObject(texts?.[i] ?? '', where, '{"temperature": 0}', endpoint);
		const own = read.ok ? ownParameters(endpoint, read.value, where) : read;
		if (own.ok) return [own.value];
		for (const message of own.error) problems.push(problem('modelParameters', message, i));
		return [{}];
	});
	return checked.some((one) => Object.keys(one).length > 0) ? checked : undefined;
}

/** The parameters under the names that the endpoint has for them; else each that it cannot take. */
function ownParameters(
	endpoint: Endpoint,
	typed: JsonObject,
	where: string,
): Result<JsonObject, readonly string[]> {
	const faults: string[] = [];
	const names = new Map<string, string>();
	let own: JsonObject = {};
	for (const [name, value] of singly(endpoint, typed)) {
		const sent = sentName(endpoint, name);
		const setting = tokenLimits.has(sent) ? 'max_tokens' : sent;
		const twin = names.get(setting);
		names.set(setting, name);
		if (twin !== undefined)
			faults.push(`${where} sets one thing as “${twin}” and as “${name}”. Keep one of the two.`);
		const known = settableParameter(endpoint, name);
		// Null asks for what the model has by itself.
		const fault = known === null || value === null ? null : valueFault(known, value);
		if (fault !== null) faults.push(`${where}: ${name} ${fault}`);
		own = withWritten(own, endpoint, name, value);
	}
	return faults.length > 0 ? err(faults) : ok(own);
}

/** Those that Responses keeps in one object one by one, such as `reasoning.effort`. */
const singly = (endpoint: Endpoint, typed: JsonObject): readonly (readonly [string, JsonValue])[] =>
	Object.entries(typed).flatMap(([name, value]): readonly (readonly [string, JsonValue])[] =>
		endpoint === 'responses' && nestedObjects.has(name) && isJsonObject(value)
			? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, one])
			: [[name, value]],
	);
