import type { ShowFilter } from '#domain/result-filter.ts';
import type { RunCounters } from '#domain/run.ts';
import { formatCount, formatCounted } from '../format.ts';

/** Answers that came and that a person should look at. */
export interface AnswerGroup {
	/** What the results show of them. */
	readonly show: Extract<ShowFilter, 'truncated' | 'refused' | 'empty'>;
	readonly count: number;
	readonly title: string;
	readonly meaning: string;
	readonly advice: string;
}

/** `limit`: the tokens that an answer may have now; null: the model's own. `readOnly`: of a run that is never sent. */
export function answerGroups(
	{ marks }: RunCounters,
	limit: number | null,
	readOnly: boolean,
): readonly AnswerGroup[] {
	const { truncated, refused, filtered, empty } = marks;
	const groups: readonly AnswerGroup[] = [
		{
			show: 'truncated',
			count: truncated,
			title: 'Cut off by the limit.',
			meaning:
				limit === null
					? 'The model’s own limit ended them: the text stops short.'
					: `Max tokens, now ${formatCount(limit)}, ended them: the text stops short.`,
			advice: readOnly
				? 'To ask for them again with a higher limit, duplicate the run.'
				: 'Ask for them again with a higher limit; each is paid for again.',
		},
		{
			show: 'refused',
			count: refused + filtered,
			title: 'Refused or filtered.',
			meaning: refusedMeaning(refused, filtered),
			advice:
				'Asked again in the same way they would mostly end the same. Look at these rows; reword the prompt or choose another model in a duplicate of the run.',
		},
		{
			show: 'empty',
			count: empty,
			title: 'Empty.',
			meaning: 'An answer came, without any text.',
			advice: `Look at one: its tokens may all have gone into reasoning. ${
				readOnly
					? 'To ask again, duplicate the run.'
					: 'Asked again, a model may answer; each is paid for again.'
			}`,
		},
	];
	return groups.filter(({ count }) => count > 0);
}

function refusedMeaning(refused: number, filtered: number): string {
	const byModel = `The model declined to give ${formatCounted(refused, 'answer')}.`;
	const byProvider = `The provider’s content filter held back ${formatCounted(filtered, 'answer')}.`;
	return [refused > 0 ? byModel : '', filtered > 0 ? byProvider : ''].join(' ').trim();
}
