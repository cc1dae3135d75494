/** What is published of a model's context window: prompt and answer together, in tokens. */
export interface KnownWindow {
	readonly model: string;
	readonly tokens: number;
}

/** The first that fits counts. Models that are not listed are not guessed at. */
const families: readonly (readonly [RegExp, number])[] = [
	[/^gpt-3\.5-turbo-instruct/, 4_096],
	[/^gpt-3\.5-turbo/, 16_385],
	[/^(?:gpt-4o|chatgpt-4o|gpt-4-turbo|gpt-4-(?:0125|1106)|gpt-4\.5)/, 128_000],
	[/^gpt-4\.1/, 1_047_576],
	[/^gpt-4(?:-0613|-0314)?$/, 8_192],
	[/^gpt-5(?:\.\d)?-chat/, 128_000],
	[/^gpt-5\.4-(?:mini|nano)/, 400_000],
	[/^gpt-5\.[45](?:-pro)?(?:-\d|$)|^gpt-5\.6-(?:sol|terra|luna)/, 1_050_000],
	[/^gpt-5(?:\.[123])?(?:-mini|-nano|-pro|-codex)?(?:-\d|$)/, 400_000],
	[/^o1-(?:mini|preview)/, 128_000],
	[/^(?:o1|o3|o4-mini)(?:-|$)/, 200_000],
	[/^gpt-oss-/, 131_072],
];

/** A model's published context window; null where none is known. Fine-tuned models have their base model's. */
export function publishedWindow(model: string): number | null {
	const name = model.trim().replace(/^(?:ft:|openai\/)/, '');
	const base = name.split(':')[0] ?? '';
	return families.find(([family]) => family.test(base))?.[1] ?? null;
}

/** The smallest published window among the models; null where none is known. */
export function smallestWindow(models: readonly string[]): KnownWindow | null {
	let smallest: KnownWindow | null = null;
	for (const model of models) {
		const tokens = publishedWindow(model);
		if (tokens !== null && tokens < (smallest?.tokens ?? Infinity)) smallest = { model, tokens };
	}
	return smallest;
}
