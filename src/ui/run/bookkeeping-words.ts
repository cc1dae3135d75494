import { isActive, type RunProgress } from '#domain/run.ts';
import { formatCounted } from '../format.ts';

/** What a person should know about the safety of this run's answers and money; nothing where all is well. */
export function bookkeepingWords(progress: RunProgress): readonly string[] {
	const { phase, possiblyPaidTwice } = progress;
	const words: string[] = [];
	if (progress.journal === 'unavailable' && isActive(phase))
		words.push(
			'This browser keeps no second copy of the answers (a private window?): a crash could lose them. Download the results from time to time.',
		);
	// Before it goes on the box above says so.
	if (phase.name !== 'interrupted' && (possiblyPaidTwice ?? 0) > 0)
		words.push(
			`It broke off while requests were on their way: up to ${formatCounted(possiblyPaidTwice ?? 0, 'request')} may have been paid for twice.`,
		);
	return words;
}

/** What becomes of the requests that were on their way when the run broke off. */
export function inFlightWords(possiblyPaidTwice: number | null): string {
	if (possiblyPaidTwice === null)
		return 'The few that were in flight are sent again, so they may be paid for twice.';
	if (possiblyPaidTwice === 0) return 'None was in flight, so none is paid for twice.';
	return `Up to ${formatCounted(possiblyPaidTwice, 'request')} in flight ${possiblyPaidTwice === 1 ? 'is' : 'are'} sent again, and may be paid for twice.`;
}
