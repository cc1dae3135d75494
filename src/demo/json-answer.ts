import type { JsonValue } from '#domain/json.ts';
import type { Verdict } from './verdict.ts';

/** The keys of the JSON object that a prompt shows as its pattern; none where it shows no object. */
export function keysAskedFor(instructions: string): readonly string[] {
	for (const [pattern] of instructions.matchAll(/\{[^{}]*\}/g)) {
		const keys = [...pattern.matchAll(/"([^"\n]+)"\s*:/g)].map((match) => match[1] ?? '');
		if (keys.length > 0) return keys;
	}
	return [];
}

function valueFor(key: string, verdict: Verdict, sentence: string): JsonValue {
	if (/reason|expla|why|summary|comment|evidence/i.test(key)) return `Simulated: ${sentence}`;
	if (/confiden|probab|certain/i.test(key))
		return Math.round(50 + 49 * Math.tanh(Math.abs(verdict.sentiment) / 3)) / 100;
	if (verdict.kind === 'pair') return verdict.which;
	if (/star|rating|score/i.test(key)) return verdict.stars;
	if (/positive$/i.test(key)) return verdict.sentiment >= 0;
	if (/negative$/i.test(key)) return verdict.sentiment < 0;
	return verdict.label;
}

/** The object asked for, filled from the verdict, else with the sentence that would answer in prose. */
export function jsonAnswer(
	keys: readonly string[],
	verdict: Verdict | null,
	sentence: string,
): string {
	if (verdict === null)
		return JSON.stringify(
			Object.fromEntries((keys.length > 0 ? keys : ['answer']).map((key) => [key, sentence])),
		);
	const wanted = keys.length > 0 ? keys : [verdict.kind === 'stars' ? 'stars' : 'label'];
	return JSON.stringify(
		Object.fromEntries(wanted.map((key) => [key, valueFor(key, verdict, sentence)])),
	);
}
