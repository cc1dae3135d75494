import type { RunPhase } from '#domain/run.ts';
import { assertNever } from '#domain/result.ts';

// A tab's strip may be light or dark whatever the page is: these are legible on both.
const going = '#1f9e88';
const done = '#2a9d5c';
const wrong = '#d9453b';
const resting = '#85878d';

/** The tab's icon as an address: a ring filled so far as the run has settled. */
export function iconFor(phase: RunPhase, percent: number): string {
	const colour = colourOf(phase);
	const circle = "<circle cx='16' cy='16' r='12' fill='none' stroke-width='7'";
	const length = 2 * Math.PI * 12;
	const settled = ((length * percent) / 100).toFixed(1);
	const svg = [
		"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>",
		`${circle} stroke='${colour}' stroke-opacity='.28'/>`,
		`${circle} stroke='${colour}' stroke-dasharray='${settled} ${length.toFixed(1)}' transform='rotate(-90 16 16)'/>`,
		phase.name === 'needsAttention' ? `<circle cx='16' cy='16' r='6' fill='${colour}'/>` : '',
		'</svg>',
	].join('');
	return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function colourOf(phase: RunPhase): string {
	switch (phase.name) {
		case 'running':
		case 'pausing':
			return going;
		case 'finished':
			return done;
		case 'needsAttention':
			return wrong;
		case 'paused':
		case 'stopped':
		case 'interrupted':
			return resting;
		default:
			return assertNever(phase);
	}
}
