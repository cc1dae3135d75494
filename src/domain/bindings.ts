import { cellAt, type Row } from './dataset.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { err, ok, type Result } from './result.ts';

/** A parameter that each row brings itself: the text of that column's cell; a blank cell leaves it as it is for all. */
export interface Binding {
	readonly column: string;
	/** As the API names it; `model` too. */
	readonly parameter: string;
}

/** Which column names each row's model; null: none does. */
export const modelColumnOf = (bindings: readonly Binding[]): string | null =>
	bindings.find(({ parameter }) => parameter === 'model')?.column ?? null;

type Form =
	| { readonly kind: 'number' | 'integer'; readonly min: number; readonly max: number }
	| { readonly kind: 'boolean' | 'logprobs' | 'text' | 'textOrList' };

const number = (min: number, max: number): Form => ({ kind: 'number', min, max });
const integer = (min: number, max: number): Form => ({ kind: 'integer', min, max });

const mostTokens = 10_000_000;

/** A Map, so that `constructor` is a name like any other. */
const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
	['temperature', number(0, 2)],
	['top_p', number(0, 1)],
	['frequency_penalty', number(-2, 2)],
	['presence_penalty', number(-2, 2)],
	['max_tokens', integer(1, mostTokens)],
	['max_completion_tokens', integer(1, mostTokens)],
	['max_output_tokens', integer(1, mostTokens)],
	['top_logprobs', integer(0, 20)],
	['best_of', integer(1, 128)],
	['seed', integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)],
	['store', { kind: 'boolean' }],
	['echo', { kind: 'boolean' }],
	['parallel_tool_calls', { kind: 'boolean' }],
	['logprobs', { kind: 'logprobs' }],
	// A row's number is text here, as these are names.
	['model', { kind: 'text' }],
	['user', { kind: 'text' }],
	['safety_identifier', { kind: 'text' }],
	['prompt_cache_key', { kind: 'text' }],
	['service_tier', { kind: 'text' }],
	['reasoning_effort', { kind: 'text' }],
	['verbosity', { kind: 'text' }],
	['suffix', { kind: 'text' }],
	['stop', { kind: 'textOrList' }],
]);

/** Names to choose from; any other may be typed. */
export const bindableParameters: readonly string[] = [...forms.keys()];

/** What a cell sends as this parameter: null where it is blank and sends nothing; refused with what it would have to be. */
export function boundValue(
	parameter: string,
	cell: string,
): Result<{ readonly value: JsonValue } | null, string> {
	const text = cell.trim();
	if (text === '') return ok(null);
	const form = forms.get(parameter);
	const value = form === undefined ? freeValue(text) : formedValue(form, text);
	return value === undefined && form !== undefined
		? err(formWords(form))
		: ok({ value: value ?? text });
}

function formedValue(form: Form, text: string): JsonValue | undefined {
	switch (form.kind) {
		case 'number':
		case 'integer': {
			const value = decimal(text);
			const fits =
				value !== undefined &&
				value >= form.min &&
				value <= form.max &&
				(form.kind === 'number' || Number.isInteger(value));
			return fits ? value : undefined;
		}
		case 'boolean':
			return truth(text);
		case 'logprobs':
			return truth(text) ?? formedValue(integer(0, 5), text);
		case 'text':
			return text;
		case 'textOrList': {
			const value = freeValue(text);
			return Array.isArray(value) ? value : text;
		}
	}
}

/** No hexadecimal, no `Infinity`: what a person would call a number. */
const decimal = (text: string): number | undefined =>
	/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : undefined;

/** Spreadsheets write TRUE and FALSE. */
function truth(text: string): boolean | undefined {
	const lower = text.toLowerCase();
	return lower === 'true' || lower === 'false' ? lower === 'true' : undefined;
}

/** A number, boolean, object or list; anything else is text. */
function freeValue(text: string): JsonValue {
	const truthValue = truth(text);
	if (truthValue !== undefined) return truthValue;
	if (!/^[-\d[{]/.test(text)) return text;
	try {
		return JSON.parse(text) as JsonValue;
	} catch {
		return text;
	}
}

function formWords(form: Form): string {
	switch (form.kind) {
		case 'number':
			return `a number from ${String(form.min)} to ${String(form.max)}`;
		case 'integer':
			return form.max > mostTokens
				? 'a whole number'
				: `a whole number from ${String(form.min)} to ${form.max.toLocaleString('en')}`;
		case 'logprobs':
			return 'true, false or a whole number from 0 to 5';
		default:
			return 'true or false';
	}
}

/** A binding found in a table. */
export interface PlacedBinding {
	readonly parameter: string;
	readonly position: number;
}

/** What a row's cells send beside what all rows send. The model is told apart: it is more than a parameter. */
export function rowParameters(bindings: readonly PlacedBinding[], row: Row): JsonObject {
	return Object.fromEntries(
		bindings.flatMap(({ parameter, position }) => {
			if (parameter === 'model') return [];
			const bound = boundValue(parameter, cellAt(row, position));
			return bound.ok && bound.value !== null ? [[parameter, bound.value.value] as const] : [];
		}),
	);
}
