import type { FailedRow } from '#contract/engine-api.ts';
import { modelColumnOf } from '#domain/bindings.ts';
import type { RunSetup } from '#domain/run.ts';
import { formatCount } from '../format.ts';

/** A row by its id, or its number where that is blank: “Row 7”, “Row number 4”. */
export function rowTitle({ request, id, place }: Omit<FailedRow, 'model'>): string {
	if (place.rowIndex < 0) return `Request ${formatCount(request + 1)}`;
	return `Row ${id === '' ? `number ${formatCount(place.rowIndex)}` : id}`;
}

/** A row by its id and, where it is sent more than once, which of its requests is meant: “7 (template 2, gpt-x)”. */
export function rowName({ request, id, place, model }: FailedRow, setup: RunSetup): string {
	const { templates, models, pairing, repeats = 1, bindings = [] } = setup;
	// Where the table is gone that the rows were chosen from, nothing else names it.
	if (place.rowIndex < 0) return `request ${formatCount(request + 1)}`;
	const several = [
		templates.length > 1 && pairing !== 'pair' ? `template ${String(place.promptIndex + 1)}` : '',
		models.length > 1 && modelColumnOf(bindings) === null ? model : '',
		repeats > 1 ? `answer ${String((place.repeat ?? 0) + 1)}` : '',
	].filter((part) => part !== '');
	const name = id === '' ? `number ${formatCount(place.rowIndex)}` : id;
	return several.length === 0 ? name : `${name} (${several.join(', ')})`;
}
