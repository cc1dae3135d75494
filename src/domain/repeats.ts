import type { Draft } from './draft.ts';
import { presetOf } from './presets.ts';

/** Whether one request can be asked for several completions. */
const knowsN = (draft: Draft): boolean =>
	draft.endpoint !== 'responses' &&
	[draft, ...(draft.shares ?? [])].every((fields) => presetOf(fields)?.takesN ?? true);

/** How many requests are made for each prompt: its completions, where one request brings only one of them. */
export const repeatsOf = (draft: Draft): number =>
	knowsN(draft) ? 1 : (draft.settings.completionsPerPrompt ?? 1);
