import type { FoundPrompt, FoundPrompts, PromptCheck } from '#domain/prompt-check.ts';
import { formatCount, formatCounted } from '../format.ts';

/** Something that was found, and the prompts it was found of. */
export interface FoundWords {
	readonly tone: 'bad' | 'warn' | 'plain';
	readonly text: string;
	/** What comes of it, after the rows are named. */
	readonly meaning: string;
	readonly found: FoundPrompts;
	/** Whether counting exactly would tell more. */
	readonly canCount: boolean;
}

/** What a check has found, the gravest first; empty where there is nothing to say. */
export function checkWords(check: PromptCheck, templates: number): readonly FoundWords[] {
	const { tooLong, inDoubt, tight, blank } = check;
	const unit = templates > 1 ? 'prompt' : 'row';
	const counted = (found: FoundPrompts, one: string, many: string): string =>
		`${formatCounted(found.count, unit)} ${found.count === 1 ? one : many}`;
	const words: FoundWords[] = [];
	if (tooLong.count > 0)
		words.push({
			tone: 'bad',
			text: `${counted(tooLong, 'is', 'are')} too long for ${windowWords(check)}`,
			meaning: tooLongMeaning(check),
			found: tooLong,
			canCount: false,
		});
	if (inDoubt.count > 0)
		words.push({
			tone: 'warn',
			text: `${counted(inDoubt, 'may', 'may')} be too long for ${windowWords(check)}`,
			meaning: 'Counting exactly tells; it loads up to 1.5 MB from this site, once.',
			found: inDoubt,
			canCount: true,
		});
	if (tight.count > 0)
		words.push({
			tone: 'warn',
			text: `${counted(tight, 'leaves', 'leave')} less room for the answer than Max tokens`,
			meaning: 'Some models refuse such a request; others cut the answer short.',
			found: tight,
			canCount: false,
		});
	for (const { column, rows } of blank)
		words.push({
			tone: 'plain',
			text: `${formatCounted(rows.count, 'row')} ${rows.count === 1 ? 'has' : 'have'} no text in {${column}}`,
			meaning: '',
			found: rows,
			canCount: false,
		});
	return words;
}

/** “row 4”, where there are several templates “row 4 of template 2”. */
export const placeWords = ({ rowIndex, promptIndex }: FoundPrompt, templates: number): string =>
	`row ${formatCount(rowIndex + 1)}${templates > 1 ? ` of template ${String(promptIndex + 1)}` : ''}`;

/** All is well, as far as can be told; null where no window is known, or not all is. */
export function fitWords(check: PromptCheck): string | null {
	const { window, prompts, tooLong, inDoubt, perRow } = check;
	if (window === null || tooLong.count + inDoubt.count > 0) return null;
	const which = prompts === 1 ? 'The prompt fits' : `All ${formatCount(prompts)} prompts fit`;
	if (perRow) return `${which} into the context windows that are known of their models.`;
	return `${which} into ${formatCount(window)} tokens.`;
}

const windowWords = ({ window, publishedOf, perRow }: PromptCheck): string => {
	if (perRow) return 'the model of the row';
	const tokens = formatCounted(window ?? 0, 'token');
	return publishedOf === null
		? `a context window of ${tokens}`
		: `${publishedOf}, which takes ${tokens}`;
};

function tooLongMeaning({ tooLong, certainlyTooLong, counted, publishedOf }: PromptCheck): string {
	const they = tooLong.count === 1 ? 'It' : 'They';
	if (publishedOf !== null) return `${they} will probably fail.`;
	if (certainlyTooLong === tooLong.count) return `${they} will fail alone, without being sent.`;
	return counted === 'asOpenAiModels'
		? `${they} will probably fail: the tokens are counted as OpenAI’s models count them.`
		: `${they} will fail alone.`;
}
