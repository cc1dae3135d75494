import { isJsonObject, textAt, type JsonObject, type JsonValue } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { answerTo } from './answer.ts';
import { invalidRequest, type ApiError } from './api-error.ts';
import { cutAnswer, type CutAnswer } from './cut.ts';
import { readPrompt } from './prompt-reading.ts';
import { missing, wrongType } from './request-fields.ts';
import { countTokens } from './tokens.ts';

/** A message of a conversation, as text. */
export interface Said {
	readonly role: string;
	readonly text: string;
}

/** What the API counts beside the text: for each message, and to open the reply. */
const tokensPerMessage = 3;

function textOfContent(content: JsonValue): string | null {
	if (content === null) return '';
	if (typeof content === 'string') return content;
	if (!Array.isArray(content)) return null;
	const parts: readonly JsonValue[] = content as readonly JsonValue[];
	return parts.map((part) => (isJsonObject(part) ? (textAt(part, 'text') ?? '') : '')).join('\n');
}

/** The messages that stand in a body under a name. */
export function readMessages(body: JsonObject, name: string): Result<readonly Said[], ApiError> {
	const messages = body[name] ?? null;
	if (messages === null) return err(missing(name));
	if (!Array.isArray(messages)) return err(wrongType(name, 'an array of objects', messages));
	if (messages.length === 0)
		return err(
			invalidRequest(
				`Invalid '${name}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
				name,
				'empty_array',
			),
		);
	const read: Said[] = [];
	for (const [i, message] of (messages as readonly JsonValue[]).entries()) {
		const at = `${name}[${String(i)}]`;
		if (!isJsonObject(message)) return err(wrongType(at, 'an object', message));
		const role = textAt(message, 'role');
		if (role === null) return err(missing(`${at}.role`));
		const text = textOfContent(message['content'] ?? null);
		if (text === null)
			return err(wrongType(`${at}.content`, 'a string or an array', message['content'] ?? null));
		read.push({ role, text });
	}
	return ok(read);
}

/** What the simulated model answers to a conversation, each time in other words. */
export function answersTo(
	said: readonly Said[],
	count: number,
	how: {
		readonly asJson: boolean;
		readonly stop: readonly string[];
		readonly maxTokens: number | null;
	},
): readonly CutAnswer[] {
	const subject = said.findLast(({ role }) => role === 'user') ?? said.at(-1);
	const prompt = subject?.text ?? '';
	const context = said.filter((message) => message !== subject).map(({ text }) => text);
	const reading = readPrompt(prompt, context.join('\n'));
	return Array.from({ length: count }, (_, choice) =>
		cutAnswer(answerTo(reading, prompt, { choice, asJson: how.asJson }), how.stop, how.maxTokens),
	);
}

export const tokensOfAll = (said: readonly Said[]): number =>
	said.reduce((sum, { text }) => sum + tokensPerMessage + countTokens(text), tokensPerMessage);

/** Whether an answer's format asks for JSON. */
export const asksForJson = (format: JsonValue | undefined): boolean =>
	isJsonObject(format) && (textAt(format, 'type') ?? 'text') !== 'text';
