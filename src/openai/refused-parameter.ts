import type { RefusedParameter } from '#domain/failure.ts';
import { isJsonObject, textAt, type JsonObject } from '#domain/json.ts';
import { hasAt } from '#domain/parameter-path.ts';
import { nestedObjects } from '#domain/parameter-table.ts';
import { tokenLimitNames } from '#domain/token-limits.ts';

/** Where refusals name the parameter; the first group is the name, or a path that begins with it. */
const namings: readonly RegExp[] = [
	/unsupported param(?:eter)?s?:\s*['"`]?([\w.]+)/i,
	/unsupported value:\s*['"`]([\w.]+)['"`] does not support/i,
	/unknown parameters?:\s*['"`]?([\w.]+)/i,
	/unrecognized request arguments? supplied:\s*['"`]?([\w.]+)/i,
	/property ['"`]([\w.]+)['"`] is unsupported/i,
	/extra inputs are not permitted,? field:\s*['"`]([\w.]+)/i,
	/unknown name \\?["']([\w.]+)/i,
	/['"]loc['"]:\s*[([]\s*['"]body['"],\s*['"]([\w.]+)['"]/i,
	/^['"`]([\w.]+)['"`] (?:is too large|is not supported|does not support)/i,
	/^(?:the )?([a-z_]+)(?: is not supported| is unsupported|: (?:input should|extra inputs|range:|\d+ >))/i,
	/^invalid ['"`]([\w.]+)['"`]:/i,
	/^invalid ([a-z_]+) (?:argument|value):/i,
	/not allowed to request (\w+) from this model/i,
	/struct field \w+\.(\w+) of type/i,
];

/**
 * The setting that a refusal is about; null where it names none that was sent. Only names of the request's own body
 * count, so that a word of the text is never taken for one.
 */
export function refusedParameter(
	message: string,
	body: unknown,
	args: JsonObject,
): RefusedParameter | null {
	const sent = (name: string): boolean => hasAt(args, name) && isSetting(name, args);
	const name = candidates(message, body).flatMap(namesIn).find(sent);
	return name === undefined
		? null
		: { model: textAt(args, 'model') ?? '', name, replacement: replacementFor(name, message) };
}

/** The model is none: another one is another run. Nor is `store: false`: without it answers would be left there. */
const isSetting = (name: string, args: JsonObject): boolean =>
	name !== 'model' && !(name === 'store' && args[name] === false);

/** What a path may mean, the narrowest first. */
function namesIn(path: string): readonly string[] {
	const [top = path, inner] = path.split(/[.[]/);
	// One parameter of an object can be refused without the others.
	return nestedObjects.has(top) && inner !== undefined ? [`${top}.${inner}`, top] : [top];
}

/** The `param` that the endpoint names comes first, then the names in its text. */
function candidates(message: string, body: unknown): readonly string[] {
	const error = isJsonObject(body) ? (isJsonObject(body['error']) ? body['error'] : body) : {};
	const param = textAt(error, 'param');
	return [
		...(param === null ? [] : [param]),
		...namings.flatMap((naming) => naming.exec(message)?.[1] ?? []),
	];
}

/** Only where the name is refused, not its value: then its other name may be the one that is known. */
function replacementFor(name: string, message: string): string | null {
	const moved = /\bmoved to ['"`]([\w.]+)['"`]/i.exec(message)?.[1];
	if (moved !== undefined) return moved;
	// Each server of Chat Completions or Completions knows at least one of the two; Responses has a single one.
	const limits: readonly string[] = tokenLimitNames.chatCompletions;
	const other = limits.includes(name) ? limits.find((limit) => limit !== name) : undefined;
	if (other === undefined) return null;
	const named = /use ['"`](\w+)['"`] instead/i.exec(message)?.[1];
	if (named !== undefined) return named === other ? other : null;
	return /unsupported param|unrecognized|unknown (param|name)|extra (inputs|_?forbidden)|extra_forbidden|property .{1,80} is unsupported|is not supported/i.test(
		message,
	)
		? other
		: null;
}
