import type { Endpoint } from './connection.ts';
import type { JsonObject } from './json.ts';
import { readParameterObject } from './parameter-object.ts';
import { problem, type Problem } from './problem.ts';

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
		if (read.ok) return [read.value];
		for (const message of read.error) problems.push(problem('modelParameters', message, i));
		return [{}];
	});
	return checked.some((one) => Object.keys(one).length > 0) ? checked : undefined;
}
