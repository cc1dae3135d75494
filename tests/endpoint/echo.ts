import { isJsonObject, numberAt, textAt, type JsonObject, type JsonValue } from '#domain/json.ts';

/** The epoch second that every completion says it was created in. */
export const echoCreated = 1_760_000_000;

/** The answer to a text: a pure function, so that a test can compute what it expects on its own. */
export const echoText = (text: string, choice: number): string =>
	`echo: ${text} #${String(choice)}`;

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** The messages of a chat, or of a Responses request, its instructions first; null of a Completions request. */
function messagesOf(body: JsonObject): readonly JsonObject[] | null {
	const { messages, instructions, input } = body;
	if (Array.isArray(messages)) return messages.filter(isJsonObject);
	if (input === undefined) return null;
	return [
		...(typeof instructions === 'string' ? [{ role: 'system', content: instructions }] : []),
		...(Array.isArray(input) ? input.filter(isJsonObject) : [{ role: 'user', content: input }]),
	];
}

/** What is answered to: the last user message of a chat, or each of the prompts of a Completions request. */
export function askedTexts(body: JsonObject): readonly string[] {
	const { prompt } = body;
	const messages = messagesOf(body);
	if (messages !== null) {
		const asked = messages.filter((message) => message['role'] === 'user').at(-1);
		return [textOf(asked?.['content'])];
	}
	return Array.isArray(prompt) ? prompt.map(textOf) : [textOf(prompt)];
}

/** Every text that a request sends, joined. */
export function sentText(body: JsonObject): string {
	const messages = messagesOf(body);
	if (messages === null) return askedTexts(body).join('\n');
	return messages.map((message) => textOf(message['content'])).join('\n');
}

/** A stand-in for a tokenizer: 4 characters a token. */
export const countTokens = (text: string): number => Math.ceil(text.length / 4);

export const choicesAsked = (body: JsonObject): number => numberAt(body, 'n') ?? 1;

/** FNV-1a, for an id that depends on the request alone. */
function fingerprint(text: string): string {
	let hash = 0x811c9dc5;
	for (let i = 0; i < text.length; i++)
		hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
	return hash.toString(16).padStart(8, '0');
}

/** The texts answered, in the order of the choices: choice p·n + j answers prompt p for the j-th time. */
const answersTo = (body: JsonObject): readonly string[] =>
	askedTexts(body).flatMap((text) =>
		Array.from({ length: choicesAsked(body) }, (_, j) => echoText(text, j)),
	);

function envelope(body: JsonObject, prefix: string, object: string, choices: JsonObject[]) {
	const promptTokens = countTokens(sentText(body));
	const completionTokens = answersTo(body).reduce((sum, text) => sum + countTokens(text), 0);
	return {
		id: `${prefix}-${fingerprint(JSON.stringify(body))}`,
		object,
		created: echoCreated,
		model: textAt(body, 'model') ?? '',
		choices,
		usage: {
			prompt_tokens: promptTokens,
			completion_tokens: completionTokens,
			total_tokens: promptTokens + completionTokens,
		},
		system_fingerprint: null,
	} satisfies JsonObject;
}

export const echoChatCompletion = (body: JsonObject): JsonObject =>
	envelope(
		body,
		'chatcmpl',
		'chat.completion',
		answersTo(body).map((content, index) => ({
			index,
			message: { role: 'assistant', content, refusal: null },
			logprobs: null,
			finish_reason: 'stop',
		})),
	);

export const echoTextCompletion = (body: JsonObject): JsonObject =>
	envelope(
		body,
		'cmpl',
		'text_completion',
		answersTo(body).map((text, index) => ({ text, index, logprobs: null, finish_reason: 'stop' })),
	);

/** The output of a response that says this text. */
export const outputOf = (text: string): JsonObject[] => [
	{
		id: 'msg_echo',
		type: 'message',
		status: 'completed',
		role: 'assistant',
		content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
	},
];

function echoResponse(body: JsonObject): JsonObject {
	const [text = ''] = answersTo(body);
	const inputTokens = countTokens(sentText(body));
	const outputTokens = countTokens(text);
	return {
		id: `resp-${fingerprint(JSON.stringify(body))}`,
		object: 'response',
		created_at: echoCreated,
		status: 'completed',
		error: null,
		incomplete_details: null,
		model: textAt(body, 'model') ?? '',
		output: outputOf(text),
		usage: {
			input_tokens: inputTokens,
			input_tokens_details: { cached_tokens: 0 },
			output_tokens: outputTokens,
			output_tokens_details: { reasoning_tokens: 0 },
			total_tokens: inputTokens + outputTokens,
		},
	};
}

/** The plain reply to a request, whole. */
export function echoCompletion(body: JsonObject): JsonObject {
	if (body['input'] !== undefined) return echoResponse(body);
	return Array.isArray(body['messages']) ? echoChatCompletion(body) : echoTextCompletion(body);
}
