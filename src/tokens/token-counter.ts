import type { Encoding } from '#domain/model-families.ts';
import type { Prompt } from '#domain/prompt.ts';
import { slicesOf, withoutLongRuns } from './slices.ts';

/** What the API counts beside the text of a chat: for each message and its role, and to open the reply. */
const tokensPerMessage = 4;
const tokensOfReply = 3;

interface Vocabulary {
	readonly countTokens: (
		text: string,
		options: { readonly disallowedSpecial: Set<string> },
	) => number;
	readonly clearMergeCache: () => void;
}

/** Each is a megabyte: fetched by whoever counts first. */
const vocabularies: Readonly<Record<Encoding, () => Promise<Vocabulary>>> = {
	o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
	cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
};

/** Counts tokens as OpenAI's models do. */
export class TokenCounter {
	readonly #vocabulary: Vocabulary;

	private constructor(vocabulary: Vocabulary) {
		this.#vocabulary = vocabulary;
	}

	static async open(encoding: Encoding): Promise<TokenCounter> {
		return new TokenCounter(await vocabularies[encoding]());
	}

	/** `pause` is awaited between slices, so that a long text holds up nobody. */
	async count(prompt: Prompt, pause: () => Promise<void>): Promise<number> {
		if (prompt.kind === 'completion') return this.#countText(prompt.text, pause);
		let tokens = tokensOfReply;
		for (const { content } of prompt.messages)
			tokens += tokensPerMessage + (await this.#countText(content, pause));
		return tokens;
	}

	/** Frees what counting has remembered of single words. */
	close(): void {
		this.#vocabulary.clearMergeCache();
	}

	async #countText(text: string, pause: () => Promise<void>): Promise<number> {
		let tokens = 0;
		for (const slice of slicesOf(text)) {
			for (const part of withoutLongRuns(slice))
				// A special token's name in a cell is text like any other.
				tokens += this.#vocabulary.countTokens(part, { disallowedSpecial: new Set() });
			await pause();
		}
		return tokens;
	}
}
