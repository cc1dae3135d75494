import { assertNever } from '#domain/result.ts';
import { jsonAnswer, keysAskedFor } from './json-answer.ts';
import type { PromptReading } from './prompt-reading.ts';
import { verdictOn, type Verdict } from './verdict.ts';

const asksForOneWord =
	/\b(?:answer|reply|respond)\s+(?:with\s+)?(?:either\s+)?["'“]?(?:positive|negative)\b|\bexactly one of\b|\b(?:one|single)[\s-]+word\b|\b(?:only|just)\b[^.\n]{0,40}\b(?:word|label|positive|negative)\b|\b(?:sentiment|label|answer|class|classification|verdict)\s*:\s*$/i;
const wordsShown = 8;

const pick = (wordings: readonly [string, ...string[]], choice: number): string =>
	wordings[choice % wordings.length] ?? wordings[0];

function sentenceFor(verdict: Verdict, choice: number): string {
	switch (verdict.kind) {
		case 'pair': {
			const { which, label } = verdict;
			return pick(
				[
					`The ${which} review is ${label}.`,
					`The ${which} one is ${label}.`,
					`Of the two, the ${which} review is ${label}.`,
					`It is the ${which} review that is ${label}.`,
				],
				choice,
			);
		}
		case 'stars':
			return String(verdict.stars);
		case 'label': {
			const label = verdict.label.toLowerCase();
			return pick(
				[
					`The review is ${label}.`,
					`This review is ${label}.`,
					`Overall, the review is ${label}.`,
					`The review reads as ${label}.`,
				],
				choice,
			);
		}
		default:
			return assertNever(verdict);
	}
}

function wordFor(verdict: Verdict): string {
	if (verdict.kind === 'pair') return verdict.which;
	return verdict.kind === 'stars' ? String(verdict.stars) : verdict.label;
}

function plainAnswer(prompt: string, choice: number): string {
	const words = prompt.trim().split(/\s+/);
	const opening = words.slice(0, wordsShown).join(' ').slice(0, 80);
	const quoted = words.length > wordsShown ? `“${opening} …”` : `“${opening}”`;
	return `Simulated answer: ${pick(
		[
			`no model has read ${quoted}.`,
			`${quoted} was read by no model.`,
			`this is no model’s reply to ${quoted}.`,
		],
		choice,
	)}`;
}

/** What the simulated model says to a prompt. Choices after the first say the same in other words. */
export function answerTo(
	reading: PromptReading,
	prompt: string,
	{ choice, asJson }: { readonly choice: number; readonly asJson: boolean },
): string {
	const { instructions } = reading;
	const verdict = verdictOn(reading);
	const sentence = verdict === null ? plainAnswer(prompt, choice) : sentenceFor(verdict, choice);
	const keys = keysAskedFor(instructions);
	if (asJson || /\bjson\b/i.test(instructions) || (verdict !== null && keys.length > 0))
		return jsonAnswer(keys, verdict, sentence);
	return verdict !== null && asksForOneWord.test(instructions) ? wordFor(verdict) : sentence;
}
