import type { Host } from './host.ts';

const beatMs = 2_000;
/** More than this between two beats: the computer slept, or the tab was frozen. */
const gapMs = 5_000;
/** For answers that came meanwhile to be read: they are paid for. */
const graceMs = 3_000;

/**
 * Tells, a little after the worker has stood still, which requests to give up on: those that left before the clock's
 * time given and have no answer by now. Until what it gives back is called.
 */
export function watchGaps(host: Host, onGap: (leftBefore: number) => void): () => void {
	// The wall clock: the other one may stand still with a sleeping computer.
	let last = host.clock.epoch();
	let cancelBeat = host.after(beatMs, beat);
	let cancelGap = (): void => undefined;
	function beat(): void {
		const epoch = host.clock.epoch();
		const passed = epoch - last;
		last = epoch;
		cancelBeat = host.after(beatMs, beat);
		if (passed <= gapMs) return;
		const woke = host.clock.now();
		cancelGap();
		cancelGap = host.after(graceMs, () => {
			onGap(woke);
		});
	}
	return () => {
		cancelBeat();
		cancelGap();
	};
}
