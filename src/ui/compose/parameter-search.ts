import type { Endpoint } from '#domain/connection.ts';
import { parameterTable, wireName, type ParameterForm } from '#domain/parameter-table.ts';
import type { Field } from '#domain/problem.ts';
import { ownFields, parameterMeaning } from './parameter-words.ts';

/** A parameter that a search has found. */
export interface FoundParameter {
	readonly name: string;
	/** Its name at the endpoint. */
	readonly label: string;
	readonly meaning: string;
	readonly deprecated: boolean;
	/** Where it has a field of its own already; null: it can be added. */
	readonly field: Field | null;
}

/** What an endpoint knows that is not chosen yet and has the words in its name or meaning; names that begin so come first. */
export function findParameters(
	endpoint: Endpoint,
	chosen: readonly string[],
	typed: string,
): readonly FoundParameter[] {
	const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
	const known = parameterTable
		.filter(({ name, endpoints }) => endpoints.includes(endpoint) && !chosen.includes(name))
		.map((parameter) => ({
			name: parameter.name,
			label: wireName(endpoint, parameter),
			meaning: parameterMeaning(endpoint, parameter.name),
			deprecated: parameter.deprecated === true,
			field: null,
		}));
	const own = ownFields.map(({ name, field, label }) => ({
		name,
		label: name,
		meaning: `Has a field of its own: ${label}.`,
		deprecated: false,
		field,
	}));
	// The fields are in sight; they are found only by whoever looks for them.
	const all = words.length === 0 ? known : [...known, ...own];
	const found = all.filter(({ name, label, meaning }) => {
		const text = `${name} ${label} ${meaning}`.toLowerCase();
		return words.every((word) => text.includes(word));
	});
	const first = words[0] ?? '';
	const rank = ({ name, label, deprecated }: FoundParameter): number =>
		(name.startsWith(first) || label.startsWith(first) ? 0 : 2) + (deprecated ? 1 : 0);
	return found.toSorted((a, b) => rank(a) - rank(b) || a.label.localeCompare(b.label));
}

/** What its field takes, as a placeholder. */
export function formWords(form: ParameterForm): string {
	switch (form.kind) {
		case 'number':
			return `${String(form.min)} to ${String(form.max)}`;
		case 'integer':
			return form.max === Number.MAX_SAFE_INTEGER
				? 'whole number'
				: `${String(form.min)} to ${String(form.max)}`;
		case 'list':
			return form.choices === undefined ? 'one a line; \\n is a line break' : 'one a line';
		case 'json':
			return { object: '{…}', array: '[…]', any: 'JSON' }[form.shape];
		case 'text':
		case 'boolean':
		case 'choice':
			return '';
	}
}
