import { expect, test } from 'vitest';
import type { ModelNote } from '#domain/model-note.ts';
import { ModelNotesState } from '#state/model-notes.svelte.ts';
import { apiWith } from './run-fixtures.ts';

const noteOf = (model: string): ModelNote => ({
	origin: 'https://a.example',
	model,
	repairs: [{ model, name: 'temperature', replacement: null }],
	limits: null,
});

test('an answer that comes late does not take the place of a later model’s', async () => {
	const answers: ((notes: readonly ModelNote[]) => void)[] = [];
	const state = new ModelNotesState(
		apiWith({ modelNotes: () => new Promise((resolve) => answers.push(resolve)) }),
	);
	const first = state.look('https://a.example', ['m1']);
	const second = state.look('https://a.example', ['m2']);
	answers[1]?.([noteOf('m2')]);
	answers[0]?.([noteOf('m1')]);
	await Promise.all([first, second]);
	expect(state.notes).toEqual([noteOf('m2')]);
	await state.look(null, ['m2']);
	expect(state.notes).toEqual([]);
});

test('what is forgotten is gone at once, and from the store', async () => {
	const forgotten: string[] = [];
	const state = new ModelNotesState(
		apiWith({
			modelNotes: () => Promise.resolve([noteOf('m1'), noteOf('m2')]),
			forgetRepairs: (origin, model) => {
				forgotten.push(`${origin} ${model}`);
				return Promise.resolve();
			},
		}),
	);
	await state.look('https://a.example', ['m1', 'm2']);
	await state.forget(noteOf('m1'));
	expect(state.notes.map(({ repairs }) => repairs.length)).toEqual([0, 1]);
	expect(forgotten).toEqual(['https://a.example m1']);
});
