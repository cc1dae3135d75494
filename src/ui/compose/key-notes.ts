import type { Notes } from '#state/compose.svelte.ts';

/** What is typed and can be no key is said in the place of all else, at once. */
export const withKeyProblem = (notes: Notes, problem: string | null): Notes =>
	problem === null ? notes : { problems: [problem], hints: [] };
