import type { Endpoint } from './connection.ts';
import { cellAt, type Row } from './dataset.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { withWritten } from './named-parameters.ts';
import { parameterTable, settableParameter, type ParameterForm } from './parameter-table.ts';
import { readValue, truth, valueFault } from './parameter-value.ts';
import { err, ok, type Result } from './result.ts';

/** Names to choose from; any other may be typed. Objects are seldom written into cells. */
export const bindableParameters = (endpoint: Endpoint): readonly string[] => [
	'model',
	'temperature',
	'max_tokens',
	...parameterTable
		.filter(({ endpoints, form }) => endpoints.includes(endpoint) && form.kind !== 'json')
		.map(({ name }) => name),
];

/**
 * What a cell sends as this parameter: null where it is blank and sends nothing; else what is wrong with it, the rest of a
 * sentence that begins with the parameter's name.
 */
export function boundValue(
	endpoint: Endpoint,
	parameter: string,
	cell: string,
): Result<{ readonly value: JsonValue } | null, string> {
	const text = cell.trim();
	if (text === '') return ok(null);
	// A name, also where it is a number.
	if (parameter === 'model') return ok({ value: text });
	const known = settableParameter(endpoint, parameter);
	if (known === null) return ok({ value: freeValue(text) });
	if (known.form.kind === 'list') {
		const value = listIn(text, known.form);
		const fault = valueFault(known, value);
		return fault === null ? ok({ value }) : err(fault);
	}
	const read = readValue(known, text);
	return read.ok ? ok({ value: read.value }) : read;
}

/** One text, or a list of JSON: a line break within a cell is part of its text. */
function listIn(text: string, { choices }: Extract<ParameterForm, { kind: 'list' }>): JsonValue {
	const value = freeValue(text);
	if (Array.isArray(value)) return value as readonly JsonValue[];
	return choices === undefined ? text : [text];
}

/** A number, boolean, object or list; anything else is text. */
function freeValue(text: string): JsonValue {
	const value = truth(text);
	if (value !== null) return value;
	if (!/^[-\d[{]/.test(text)) return text;
	try {
		return JSON.parse(text) as JsonValue;
	} catch {
		return text;
	}
}

/** A binding found in a table. */
export interface PlacedBinding {
	readonly parameter: string;
	readonly position: number;
}

/** What a row's cells send beside what all rows send. The model is told apart: it is more than a parameter. */
export const rowParameters = (
	endpoint: Endpoint,
	bindings: readonly PlacedBinding[],
	row: Row,
): JsonObject =>
	bindings.reduce<JsonObject>((args, { parameter, position }) => {
		if (parameter === 'model') return args;
		const bound = boundValue(endpoint, parameter, cellAt(row, position));
		return bound.ok && bound.value !== null
			? withWritten(args, endpoint, parameter, bound.value.value)
			: args;
	}, {});
