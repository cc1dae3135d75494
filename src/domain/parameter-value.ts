import { notJson } from './json-fault.ts';
import {
	isJsonObject,
	isTooDeep,
	mostDepth,
	textAt,
	type JsonObject,
	type JsonValue,
} from './json.ts';
import type { KnownParameter, ParameterForm } from './parameter-table.ts';
import { err, ok, type Result } from './result.ts';

/** What stands for the characters that no line of a list can hold. */
const escapes = [
	['\\', '\\'],
	['n', '\n'],
	['r', '\r'],
	['t', '\t'],
] as const;

const unescaped = (line: string): string =>
	line.replace(
		/\\([\\nrt])/g,
		(_, letter: string) => escapes.find(([shown]) => shown === letter)?.[1] ?? letter,
	);

const escaped = (entry: string): string =>
	entry.replace(/[\\\n\r\t]/g, (character) => {
		const shown = escapes.find(([, meant]) => meant === character)?.[0];
		return shown === undefined ? character : `\\${shown}`;
	});

const inWords = (choices: readonly string[]): string => choices.join(', ');

const range = (min: number, max: number): string =>
	max === Number.MAX_SAFE_INTEGER
		? min < 0
			? ''
			: ` of at least ${String(min)}`
		: ` from ${String(min)} to ${max.toLocaleString('en')}`;

/** No hexadecimal, no `Infinity`: what a person would call a number. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/** Spreadsheets write TRUE and FALSE. */
export function truth(text: string): boolean | null {
	const lower = text.toLowerCase();
	return lower === 'true' || lower === 'false' ? lower === 'true' : null;
}

/** The value that was typed for a parameter, or what is wrong with it: the rest of a sentence that begins with its name. */
export function readValue(known: KnownParameter, typed: string): Result<JsonValue, string> {
	const read = readForm(known.form, typed);
	if (!read.ok) return read;
	const fault = valueFault(known, read.value);
	return fault === null ? read : err(fault);
}

/** What is written, as the form reads it; whether it fits is another question. */
function readForm(form: ParameterForm, typed: string): Result<JsonValue, string> {
	const text = typed.trim();
	switch (form.kind) {
		case 'number':
		case 'integer':
			return ok(decimal.test(text) ? Number(text) : text);
		case 'boolean':
			return ok(truth(text) ?? text);
		case 'choice':
			return ok(text);
		case 'text':
			return text === '' ? err('is empty. Type its text, or remove it.') : ok(typed);
		case 'list':
			return readList(typed, form);
		case 'json':
			return readJson(text, form.shape);
	}
}

/** What is wrong with a value, as `readValue` says it; null where the endpoint takes it. */
export function valueFault({ name, form }: KnownParameter, value: JsonValue): string | null {
	switch (form.kind) {
		case 'number':
		case 'integer': {
			const { kind, min, max } = form;
			const fits =
				typeof value === 'number' &&
				value >= min &&
				value <= max &&
				(kind === 'number' || Number.isInteger(value));
			return fits
				? null
				: `must be a ${kind === 'integer' ? 'whole ' : ''}number${range(min, max)}.`;
		}
		case 'boolean':
			return typeof value === 'boolean' ? null : 'must be true or false.';
		case 'choice':
			return form.choices.some((choice) => choice === value)
				? null
				: `must be one of ${inWords(form.choices)}.`;
		case 'text':
			if (typeof value !== 'string') return 'must be text.';
			return value.length <= form.longest
				? null
				: `is longer than ${String(form.longest)} characters.`;
		case 'list':
			return listFault(value, form);
		case 'json':
			return jsonValueFault(name, value, form.shape);
	}
}

type ListForm = Extract<ParameterForm, { kind: 'list' }>;

function readList(typed: string, { choices }: ListForm): Result<JsonValue, string> {
	const entries = typed
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => (choices === undefined ? unescaped(line) : line.trim()));
	return entries.length === 0
		? err('is empty. Write one entry a line, or remove it.')
		: ok(entries);
}

function listFault(value: JsonValue, { most, choices }: ListForm): string | null {
	// A list that takes any texts takes one by itself, too.
	if (typeof value === 'string' && choices === undefined) return null;
	const entries = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
	const texts = entries.filter((entry) => typeof entry === 'string');
	if (!Array.isArray(value) || texts.length < entries.length) return 'must be a list of texts.';
	if (texts.length > most)
		return `takes at most ${String(most)} entries; ${String(texts.length)} stand here.`;
	const stranger = texts.find((text) => choices?.includes(text) === false);
	return stranger === undefined
		? null
		: `knows no “${stranger}”. Its entries are ${inWords(choices ?? [])}.`;
}

const shapeWords = {
	object: 'a JSON object, {…}',
	array: 'a JSON list, […]',
	any: 'JSON',
} as const;

type JsonShape = keyof typeof shapeWords;

function readJson(text: string, shape: JsonShape): Result<JsonValue, string> {
	try {
		// What JSON.parse gives is JSON.
		return ok(JSON.parse(text) as JsonValue);
	} catch {
		// The one parameter whose value may be a single word: "auto" without its quotes is meant as it is.
		if (shape === 'any' && /^\w+$/.test(text)) return ok(text);
		return err(`${notJson(text)}.`);
	}
}

function jsonValueFault(name: string, value: JsonValue, shape: JsonShape): string | null {
	if (isTooDeep(value)) return `is nested more than ${String(mostDepth)} deep.`;
	const fits = { object: isJsonObject(value), array: Array.isArray(value), any: true };
	if (!fits[shape]) return `must be ${shapeWords[shape]}.`;
	return isJsonObject(value) ? (rules.get(name)?.(value) ?? null) : null;
}

/** What the reference says of an object's inside: the rest of a sentence where it is broken. */
const rules: ReadonlyMap<string, (value: JsonObject) => string | null> = new Map([
	['metadata', wrongMetadata],
	['logit_bias', wrongBias],
	['response_format', wrongFormat],
]);

function wrongMetadata(value: JsonObject): string | null {
	const entries = Object.entries(value);
	if (entries.length > 16) return 'takes at most 16 entries.';
	const wrong = entries.find(
		([key, text]) => key.length > 64 || typeof text !== 'string' || text.length > 512,
	);
	return wrong === undefined
		? null
		: `takes texts of at most 512 characters under names of at most 64; “${wrong[0].slice(0, 64)}” is none.`;
}

function wrongBias(value: JsonObject): string | null {
	const wrong = Object.entries(value).find(
		([token, bias]) => !/^\d+$/.test(token) || typeof bias !== 'number' || Math.abs(bias) > 100,
	);
	return wrong === undefined
		? null
		: `maps token numbers to numbers from -100 to 100; “${wrong[0]}” is no such entry.`;
}

const formatTypes = ['text', 'json_object', 'json_schema'];

function wrongFormat(value: JsonObject): string | null {
	const type = textAt(value, 'type');
	if (type === null || !formatTypes.includes(type))
		return `needs a "type": one of ${inWords(formatTypes)}.`;
	if (type !== 'json_schema') return null;
	const schema = isJsonObject(value['json_schema']) ? value['json_schema'] : value;
	const name = textAt(schema, 'name') ?? '';
	return /^[\w-]{1,64}$/.test(name)
		? null
		: 'needs a "name" of the schema: at most 64 letters, digits, _ and -.';
}

/** The text that `readValue` reads as this value; null where there is none. */
export function writeValue(known: KnownParameter, value: JsonValue): string | null {
	const text = writtenAs(known.form, value);
	if (text === null) return null;
	const read = readValue(known, text);
	return read.ok && JSON.stringify(read.value) === JSON.stringify(value) ? text : null;
}

function writtenAs(form: ParameterForm, value: JsonValue): string | null {
	if (form.kind === 'json') return JSON.stringify(value, null, 2);
	if (form.kind === 'text' || form.kind === 'choice')
		// A field of one line would drop the breaks.
		return typeof value === 'string' && !/[\n\r]/.test(value) ? value : null;
	if (form.kind !== 'list') return typeof value === 'object' ? null : String(value);
	if (!Array.isArray(value)) return null;
	const entries = value as readonly JsonValue[];
	return entries.every((entry) => typeof entry === 'string')
		? entries.map(escaped).join('\n')
		: null;
}
