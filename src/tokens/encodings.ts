export type Encoding = 'o200k_base' | 'cl100k_base';

/** The models before gpt-4o and those completed by text have the smaller vocabulary; every later one the larger. */
const older = /^(?:gpt-4$|gpt-4-|gpt-3\.5|davinci-002|babbage-002)/;

/** What OpenAI's model of this name cuts text up with; for another maker's model the best guess at hand. */
export function encodingOf(model: string): Encoding {
	return older.test(model.trim().replace(/^(?:ft:|openai\/)/, '')) ? 'cl100k_base' : 'o200k_base';
}

/** Whether the model's own vocabulary is one of these, so that a count is exact. */
export const isOpenAiModel = (model: string): boolean =>
	/^(?:ft:|openai\/)?(?:gpt-|chatgpt-|o\d|davinci-002|babbage-002)/.test(model.trim());
