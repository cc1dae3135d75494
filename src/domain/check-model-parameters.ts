import { isJsonObject, type JsonObject } from './json.ts';
import { ownFields } from './parameters.ts';
import { problem, type Problem } from './problem.ts';
import { err, ok, type Result } from './result.ts';

/** Reads `Parameters for <model>`. Empty text is none. */
export function readModelParameters(text: string, model: string): Result<JsonObject, string> {
	if (text.trim() === '') return ok({});
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		const detail = error instanceof Error ? error.message : '';
		return err(
			`Parameters for ${model} is not valid JSON: ${detail}. Write an object such as {"temperature": 0}.`,
		);
	}
	if (!isJsonObject(value))
		return err(`Parameters for ${model} must be a JSON object, such as {"temperature": 0}.`);
	const own = Object.entries(ownFields).find(([name]) => Object.hasOwn(value, name));
	if (own !== undefined) return err(`Parameters for ${model} cannot hold “${own[0]}”. ${own[1]}`);
	return ok(value);
}

/** The parameters of the models that are named, in their order; undefined where none has any. */
export function checkModelParameters(
	models: readonly string[],
	texts: readonly string[] | undefined,
	problems: Problem[],
): readonly JsonObject[] | undefined {
	const checked = models.flatMap((typed, i) => {
		const model = typed.trim();
		if (model === '') return [];
		const read = readModelParameters(texts?.[i] ?? '', model);
		if (!read.ok) problems.push(problem('modelParameters', read.error, i));
		return [read.ok ? read.value : {}];
	});
	return checked.some((one) => Object.keys(one).length > 0) ? checked : undefined;
}
