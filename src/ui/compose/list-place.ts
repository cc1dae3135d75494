/** In pixels from the window's corner. */
export interface Box {
	readonly left: number;
	readonly top: number;
	readonly bottom: number;
}

export const optionHeight = 28;
const frame = 8;
const gap = 4;
const widest = 280;

/** A list stands beneath its anchor, above it where there is more room, and never sticks out of the window at a side. */
export function listPlace(anchor: Box, options: number, windowWidth: number, windowHeight: number) {
	const width = Math.min(widest, windowWidth - 2 * gap);
	const height = options * optionHeight + frame;
	const below = anchor.bottom + gap;
	const above = anchor.top - gap - height;
	return {
		left: Math.max(gap, Math.min(anchor.left, windowWidth - gap - width)),
		top: below + height <= windowHeight || above < 0 ? below : above,
		width,
	};
}
