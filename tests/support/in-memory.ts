import type { Remembered } from '#state/remembered.ts';

/** A word that is remembered as in a browser's local storage. */
export function inMemory(text: string | null = null): Remembered {
	let kept = text;
	return {
		read: () => kept,
		write: (next) => {
			kept = next;
		},
	};
}
