/** Where a menu stands beside its button, within the page; in pixels. */
export interface MenuPlace {
	/** From the right edge of the page. */
	readonly right: number;
	/** Whether it hangs below its button or stands above it, and how far from that edge of the page. */
	readonly edge: 'top' | 'bottom';
	readonly at: number;
	/** It is at most so high, and is scrolled past that. */
	readonly height: number;
}

export const menuWidth = 284;
const gap = 4;
const margin = 8;
/** Room enough below, however much there is above. */
const enough = 360;

export function menuPlace(
	button: { readonly top: number; readonly bottom: number; readonly right: number },
	pageWidth: number,
	pageHeight: number,
): MenuPlace {
	const right = Math.max(
		margin,
		Math.min(pageWidth - button.right, pageWidth - menuWidth - margin),
	);
	const below = pageHeight - button.bottom - gap - margin;
	const above = button.top - gap - margin;
	return below >= enough || below >= above
		? { right, edge: 'top', at: button.bottom + gap, height: below }
		: { right, edge: 'bottom', at: pageHeight - button.top + gap, height: above };
}
