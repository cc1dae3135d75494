import { tick } from 'svelte';

export type Way = 'up' | 'down';

/** Where what stands at `index` goes to. */
export const movedTo = (index: number, way: Way): number => (way === 'up' ? index - 1 : index + 1);

/** What is called so by a screen reader, and what the focus finds it by once it has moved. */
export const moveLabel = (what: string, way: Way): string => `Move ${what} ${way}`;

/**
 * The focus stays with what was moved, on the same button, so that it can be pressed again; at an end, where that button
 * is of no more use, on the other one.
 */
export async function followMove(within: HTMLElement | undefined, what: string, way: Way) {
	await tick();
	const ways: readonly Way[] = way === 'up' ? ['up', 'down'] : ['down', 'up'];
	const buttons = [...(within?.querySelectorAll('button') ?? [])];
	for (const one of ways) {
		const label = moveLabel(what, one);
		const button = buttons.find(
			(other) => other.getAttribute('aria-label') === label && !other.disabled,
		);
		if (button === undefined) continue;
		button.focus();
		return;
	}
}
