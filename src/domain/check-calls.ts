import type { Endpoint } from './connection.ts';
import type { SettingsDraft } from './draft.ts';
import { problem, type Problem } from './problem.ts';

export const mostPromptsPerRequest = 128;
/** An answer with more is megabytes that arrive, or are lost, as one. */
const mostChoices = 2_048;

/** How many prompts travel in one call; null where what was typed cannot be. */
export function checkPromptsPerRequest(
	endpoint: Endpoint,
	{ promptsPerRequest = 1, completionsPerPrompt }: SettingsDraft,
	problems: Problem[],
): number | null {
	// Only Completions takes a list of prompts; what was typed for it waits there.
	if (endpoint !== 'completions') return 1;
	const isWhole =
		promptsPerRequest !== null &&
		Number.isInteger(promptsPerRequest) &&
		promptsPerRequest >= 1 &&
		promptsPerRequest <= mostPromptsPerRequest;
	if (!isWhole) {
		problems.push(
			problem(
				'promptsPerRequest',
				`Prompts per request must be a whole number from 1 to ${String(mostPromptsPerRequest)}.`,
			),
		);
		return null;
	}
	const choices = promptsPerRequest * (completionsPerPrompt ?? 1);
	if (choices <= mostChoices) return promptsPerRequest;
	problems.push(
		problem(
			'promptsPerRequest',
			`${String(promptsPerRequest)} prompts with ${String(completionsPerPrompt)} completions each are ${choices.toLocaleString('en')} answers in one request. Lower one of the two: ${mostChoices.toLocaleString('en')} are the most.`,
		),
	);
	return null;
}
