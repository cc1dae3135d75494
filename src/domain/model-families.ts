/** The vocabulary that text is cut up with. */
export type Encoding = 'o200k_base' | 'cl100k_base';

interface Family {
	readonly names: RegExp;
	readonly encoding: Encoding;
	/** Null: models of one window and of another have such names, or none is published yet. */
	readonly window: number | null;
}

const family = (names: RegExp, encoding: Encoding, window: number | null): Family => ({
	names,
	encoding,
	window,
});

/** OpenAI's models; the first that fits counts. */
const families: readonly Family[] = [
	family(/^gpt-3\.5-turbo-instruct/, 'cl100k_base', 4_096),
	family(/^gpt-3\.5-turbo/, 'cl100k_base', 16_385),
	family(/^gpt-4-(?:turbo|0125|1106)/, 'cl100k_base', 128_000),
	family(/^gpt-4(?:-0613|-0314)?$/, 'cl100k_base', 8_192),
	family(/^(?:gpt-3\.5|gpt-4-|davinci-002|babbage-002)/, 'cl100k_base', null),
	family(/^(?:gpt-4o|chatgpt-4o|gpt-4\.5)/, 'o200k_base', 128_000),
	family(/^gpt-4\.1/, 'o200k_base', 1_047_576),
	family(/^gpt-5(?:\.\d)?-chat/, 'o200k_base', 128_000),
	family(/^gpt-5\.4-(?:mini|nano)/, 'o200k_base', 400_000),
	family(/^gpt-5\.[45](?:-pro)?(?:-\d|$)|^gpt-5\.6-(?:sol|terra|luna)/, 'o200k_base', 1_050_000),
	family(/^gpt-5(?:\.[123])?(?:-mini|-nano|-pro|-codex)?(?:-\d|$)/, 'o200k_base', 400_000),
	family(/^o1-(?:mini|preview)/, 'o200k_base', 128_000),
	family(/^(?:o1|o3|o4-mini)(?:-|$)/, 'o200k_base', 200_000),
	family(/^gpt-oss-/, 'o200k_base', 131_072),
	// Every later model has had the larger vocabulary; windows are not guessed at.
	family(/^(?:gpt-|chatgpt-|o\d)/, 'o200k_base', null),
];

/** Null for another maker’s model. A fine-tuned model is of the family of its base model, a router’s of the one it leads to. */
function familyOf(model: string): Family | null {
	const name = model.trim().replace(/^(?:openai\/)?(?:ft:)?/, '');
	const base = name.split(':')[0] ?? '';
	return families.find(({ names }) => names.test(base)) ?? null;
}

/** What the model cuts text up with; for another maker's the best guess at hand. */
export const encodingOf = (model: string): Encoding => familyOf(model)?.encoding ?? 'o200k_base';

/** Whether the model's own vocabulary is that of `encodingOf`, so that a count is exact. */
export const isOpenAiModel = (model: string): boolean => familyOf(model) !== null;

/** What is published of a model's context window: prompt and answer together, in tokens. */
export interface KnownWindow {
	readonly model: string;
	readonly tokens: number;
}

/** A model's published context window; null where none is known. */
export const publishedWindow = (model: string): number | null => familyOf(model)?.window ?? null;

/** The smallest published window among the models; null where none is known. */
export function smallestWindow(models: readonly string[]): KnownWindow | null {
	let smallest: KnownWindow | null = null;
	for (const model of models) {
		const tokens = publishedWindow(model);
		if (tokens !== null && tokens < (smallest?.tokens ?? Infinity)) smallest = { model, tokens };
	}
	return smallest;
}
