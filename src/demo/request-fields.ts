import { textAt, type JsonObject, type JsonValue } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { invalidRequest, modelNotFound, type ApiError } from './api-error.ts';

export const demoModels = ['demo-small', 'demo-large'] as const;

/** What both endpoints understand of a request. */
interface CommonFields {
	readonly model: string;
	readonly n: number;
	readonly maxTokens: number | null;
	readonly stop: readonly string[];
}

type Bounds = readonly [name: string, min: number, max: number, kind: 'integer' | 'decimal'];

const bounds: readonly Bounds[] = [
	['n', 1, 128, 'integer'],
	['max_tokens', 1, Infinity, 'integer'],
	['max_completion_tokens', 1, Infinity, 'integer'],
	['temperature', 0, 2, 'decimal'],
	['top_p', 0, 1, 'decimal'],
	['presence_penalty', -2, 2, 'decimal'],
	['frequency_penalty', -2, 2, 'decimal'],
];

const nameOfType = (value: JsonValue): string => {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'array';
	return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;
};

const article = (noun: string): string => (/^[aeio]/.test(noun) ? 'an' : 'a');

export const wrongType = (param: string, expected: string, value: JsonValue): ApiError => {
	const got = nameOfType(value);
	return invalidRequest(
		`Invalid type for '${param}': expected ${expected}, but got ${article(got)} ${got} instead.`,
		param,
		'invalid_type',
	);
};

export const missing = (param: string): ApiError =>
	invalidRequest(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');

/** The number at a name, null where it is left out or null. */
export function boundedNumber(
	body: JsonObject,
	[name, min, max, kind]: Bounds,
): Result<number | null, ApiError> {
	const value = body[name] ?? null;
	if (value === null) return ok(null);
	if (typeof value !== 'number' || (kind === 'integer' && !Number.isInteger(value)))
		return err(wrongType(name, kind === 'integer' ? 'an integer' : 'a decimal', value));
	if (value >= min && value <= max) return ok(value);
	const side = value < min ? 'below minimum' : 'above maximum';
	return err(
		invalidRequest(
			`Invalid '${name}': ${kind} ${side} value. Expected a value ${value < min ? `>= ${String(min)}` : `<= ${String(max)}`}, but got ${String(value)} instead.`,
			name,
			`${kind}_${side.replace(' ', '_')}_value`.replace(/(min|max)imum/, '$1'),
		),
	);
}

function stopsOf(body: JsonObject): Result<readonly string[], ApiError> {
	const value = body['stop'] ?? null;
	if (value === null) return ok([]);
	const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
	const texts = list.filter((stop) => typeof stop === 'string');
	if (texts.length < list.length)
		return err(wrongType('stop', 'a string or an array of strings', value));
	if (texts.length > 4)
		return err(
			invalidRequest(
				`Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length ${String(texts.length)} instead.`,
				'stop',
				'array_above_max_length',
			),
		);
	return ok(texts.filter((stop) => stop !== ''));
}

export function readCommonFields(body: JsonObject): Result<CommonFields, ApiError> {
	const model = textAt(body, 'model') ?? '';
	if (model === '') return err(invalidRequest('you must provide a model parameter'));
	if (!demoModels.some((known) => known === model)) return err(modelNotFound(model));
	if (body['stream'] === true)
		return err(
			invalidRequest(
				'Unsupported value: the simulated endpoint does not stream.',
				'stream',
				'unsupported_value',
			),
		);
	const numbers = new Map<string, number | null>();
	for (const bound of bounds) {
		const read = boundedNumber(body, bound);
		if (!read.ok) return read;
		numbers.set(bound[0], read.value);
	}
	const stop = stopsOf(body);
	if (!stop.ok) return stop;
	return ok({
		model,
		n: numbers.get('n') ?? 1,
		maxTokens: numbers.get('max_completion_tokens') ?? numbers.get('max_tokens') ?? null,
		stop: stop.value,
	});
}
