import type { Field } from '#domain/problem.ts';

/** The element of a field; a field that stands once has index 0. */
export const fieldId = (field: Field, index = 0): string => `field-${field}-${String(index)}`;

/** What stands beneath it and describes it. */
export const notesId = (field: Field, index = 0): string => `notes-${field}-${String(index)}`;

/** Goes to a field, also where it is folded away. */
export function focusField(field: Field, index: number): void {
	const element = document.getElementById(fieldId(field, index));
	const folded = element?.closest('details');
	if (folded) folded.open = true;
	element?.scrollIntoView({ block: 'center' });
	element?.focus();
}
