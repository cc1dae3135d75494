import {
	isJsonObject,
	numberAt,
	objectAt,
	objectsAt,
	textAt,
	type JsonObject,
	type JsonValue,
} from './json.ts';

/** A token and the natural logarithm of its probability; null where none is given, as for the first token of an echo. */
export interface Scored {
	readonly token: string;
	readonly logprob: number | null;
}

/** A token of an answer, and the likeliest ones in its place. */
export interface TokenScore extends Scored {
	readonly alternatives: readonly Scored[];
}

const listAt = (object: JsonObject, key: string): readonly JsonValue[] => {
	const value = object[key];
	return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
};

/** The tokens of a choice in the order in which they were written; none where no probabilities were asked for. */
export function tokenScores(choice: JsonObject): readonly TokenScore[] {
	const logprobs = objectAt(choice, 'logprobs');
	if (Array.isArray(logprobs['tokens'])) return scoresOfText(logprobs);
	const chat = [...objectsAt(logprobs, 'content'), ...objectsAt(logprobs, 'refusal')];
	return (chat.length > 0 ? chat : scoredParts(choice)).map(scoreOfChat);
}

/** Whether there is anything to show, found without making a list of it. */
export function hasTokenScores(choice: JsonObject): boolean {
	const logprobs = objectAt(choice, 'logprobs');
	const lists = ['tokens', 'content', 'refusal'].map((key) => listAt(logprobs, key));
	return lists.some((list) => list.length > 0) || scoredParts(choice).length > 0;
}

/** In Responses they stand with the parts of the output's messages. */
const scoredParts = (choice: JsonObject): readonly JsonObject[] =>
	objectsAt(choice, 'output')
		.flatMap((entry) => objectsAt(entry, 'content'))
		.flatMap((part) => objectsAt(part, 'logprobs'));

const scored = (entry: JsonObject): Scored => ({
	token: textAt(entry, 'token') ?? '',
	logprob: numberAt(entry, 'logprob'),
});

const scoreOfChat = (entry: JsonObject): TokenScore => ({
	...scored(entry),
	alternatives: objectsAt(entry, 'top_logprobs').map(scored),
});

/** Completions keeps tokens, numbers and alternatives in lists of their own. */
function scoresOfText(logprobs: JsonObject): readonly TokenScore[] {
	const numbers = listAt(logprobs, 'token_logprobs');
	const alternatives = listAt(logprobs, 'top_logprobs');
	return listAt(logprobs, 'tokens').map((token, i) => {
		const [number, others] = [numbers[i], alternatives[i]];
		return {
			token: typeof token === 'string' ? token : '',
			logprob: typeof number === 'number' ? number : null,
			alternatives: isJsonObject(others)
				? Object.entries(others)
						.map(([other, value]) => ({
							token: other,
							logprob: typeof value === 'number' ? value : null,
						}))
						.sort((a, b) => (b.logprob ?? -Infinity) - (a.logprob ?? -Infinity))
				: [],
		};
	});
}

/** The geometric mean of the probabilities, from 0 to 1; null where none is known. */
export function meanProbability(scores: readonly TokenScore[]): number | null {
	const known = scores.flatMap(({ logprob }) => (logprob === null ? [] : [logprob]));
	if (known.length === 0) return null;
	return Math.exp(known.reduce((sum, logprob) => sum + logprob, 0) / known.length);
}
