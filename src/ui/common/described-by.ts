import type { Field } from '#domain/problem.ts';
import type { Notes } from '#state/compose.svelte.ts';
import { notesId } from './field-ids.ts';

/** The attributes that tie a field to its notes; left out while there are none. */
export function describedBy(field: Field, index: number, notes: Notes) {
	const any = notes.problems.length + notes.hints.length > 0;
	return {
		'aria-invalid': notes.problems.length > 0 ? ('true' as const) : undefined,
		'aria-describedby': any ? notesId(field, index) : undefined,
	};
}
