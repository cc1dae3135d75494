import type { ConnectionFields } from './connection-fields.ts';
import { presetOf } from './presets.ts';
import type { Hint } from './problem.ts';

/** What a known service will not do as it is set. */
export function checkPreset(
	fields: ConnectionFields,
	completionsPerPrompt: number | null,
	hints: Hint[],
): void {
	if (completionsPerPrompt === null) return;
	const preset = presetOf(fields);
	if (preset !== null && !preset.takesN && completionsPerPrompt > 1)
		hints.push({
			field: 'completionsPerPrompt',
			index: 0,
			message: `${preset.name} gives one completion for each request: ${String(completionsPerPrompt)} per prompt are as many requests.`,
		});
}
