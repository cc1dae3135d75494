import type { JsonObject } from '#domain/json.ts';
import { fraction } from './hash.ts';

interface Scored {
	readonly token: string;
	readonly logprob: number;
}

const others =
	` The| It| This| a| is| not| very|.|,|\n| review| positive| negative| good| bad| one| I| and| of| to|!`.split(
		'|',
	);

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** A token with a likely probability, and the `count` likeliest tokens in its place: itself, then lesser ones. */
function score(token: string, position: number, count: number): readonly Scored[] {
	const own = -0.2 * fraction(`${String(position)} ${token}`) ** 2;
	const rest = others.filter((other) => other !== token);
	return [
		{ token, logprob: rounded(own) },
		...rest.slice(0, Math.max(0, count - 1)).map((other, i) => ({
			token: other,
			logprob: rounded(own - 2.5 - 0.75 * i),
		})),
	];
}

const utf8 = new TextEncoder();

const withBytes = ({ token, logprob }: Scored): JsonObject => ({
	token,
	logprob,
	bytes: [...utf8.encode(token)],
});

/** Chat Completions' form. */
export const chatLogprobs = (tokens: readonly string[], count: number): JsonObject => ({
	content: tokens.map((token, i) => {
		const scored = score(token, i, count);
		return {
			...withBytes({ token, logprob: scored[0]?.logprob ?? 0 }),
			top_logprobs: scored.slice(0, count).map(withBytes),
		};
	}),
	refusal: null,
});

/** Completions' form; offsets count from the start of the prompt. */
export function completionLogprobs(
	tokens: readonly string[],
	count: number,
	promptLength: number,
): JsonObject {
	const scored = tokens.map((token, i) => score(token, i, count));
	let offset = promptLength;
	const offsets = tokens.map((token) => {
		const at = offset;
		offset += token.length;
		return at;
	});
	return {
		tokens,
		token_logprobs: scored.map((all) => all[0]?.logprob ?? 0),
		top_logprobs:
			count === 0
				? null
				: scored.map((all) =>
						Object.fromEntries(all.slice(0, count).map(({ token, logprob }) => [token, logprob])),
					),
		text_offset: offsets,
	};
}
