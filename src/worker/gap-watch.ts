import type { Host } from './host.ts';

const beatMs = 2_000;
/** More than this between two beats: the computer slept, or the tab was frozen. */
const gapMs = 5_000;

/** Calls `onGap` after the worker has stood still, until what it gives back is called. */
export function watchGaps(host: Host, onGap: () => void): () => void {
	// The wall clock: the other one may stand still with a sleeping computer.
	let last = host.clock.epoch();
	let cancel = host.after(beatMs, beat);
	function beat(): void {
		const now = host.clock.epoch();
		const passed = now - last;
		last = now;
		cancel = host.after(beatMs, beat);
		if (passed > gapMs) onGap();
	}
	return () => {
		cancel();
	};
}
