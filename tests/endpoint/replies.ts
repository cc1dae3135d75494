import { isJsonObject, textAt, type JsonObject, type JsonValue } from '#domain/json.ts';
import { choicesAsked, echoCompletion, outputOf } from './echo.ts';
import type { HeaderRecord } from './exchange.ts';
import type { EndpointRequest } from './ledger.ts';
import { chanceOf } from './mixture.ts';
import { isRefusal, refusalOf, type Refusal, type RefusalName } from './refusals.ts';
import type { CourseName, Scenario } from './scenario.ts';

/** What is done to the connection. */
export type Reply =
	| {
			readonly kind: 'whole';
			readonly status: number;
			readonly headers: HeaderRecord;
			readonly body: string;
	  }
	/** The whole body, in pieces that end at these bytes, so many milliseconds apart. */
	| {
			readonly kind: 'pieces';
			readonly body: Buffer;
			readonly ends: readonly number[];
			readonly gapMs: number;
	  }
	/** This share of the body; then the connection is broken, or nothing comes any more. */
	| {
			readonly kind: 'cutOff';
			readonly body: Buffer;
			readonly share: 0 | 0.5 | 1;
			readonly then: 'reset' | 'silence';
	  }
	/** Not even a status. */
	| { readonly kind: 'reset' }
	| { readonly kind: 'never' };

const jsonHeaders: HeaderRecord = { 'content-type': 'application/json' };

const whole = (status: number, body: string, headers: HeaderRecord = jsonHeaders): Reply => ({
	kind: 'whole',
	status,
	headers,
	body,
});

export const jsonReply = (status: number, body: JsonObject, headers: HeaderRecord = {}): Reply =>
	whole(status, JSON.stringify(body), { ...jsonHeaders, ...headers });

export const refusalReply = ({ status, body, headers = {} }: Refusal): Reply =>
	typeof body === 'string'
		? whole(status, body, { 'content-type': 'text/html; charset=utf-8', ...headers })
		: jsonReply(status, body, headers);

const choicesOf = ({ choices }: JsonObject): readonly JsonObject[] => objectsIn(choices);

const isResponse = (completion: JsonObject): boolean => completion['object'] === 'response';

const objectsIn = (value: JsonValue | undefined): readonly JsonObject[] =>
	Array.isArray(value) ? value.filter(isJsonObject) : [];

const textOfOutput = (output: JsonValue | undefined): string =>
	objectsIn(output)
		.flatMap((message) => objectsIn(message['content']))
		.map((part) => textAt(part, 'text') ?? '')
		.join('');

/** What is done to a choice of Chat Completions, done to the one answer of a response. */
function changeResponse(
	completion: JsonObject,
	change: (choice: JsonObject) => JsonObject,
): JsonObject {
	const content = textOfOutput(completion['output']);
	const changed = change({ message: { content, refusal: null }, finish_reason: 'stop' });
	const message = messageOf(changed) ?? {};
	const refusal = textAt(message, 'refusal');
	const reason = textAt(changed, 'finish_reason');
	const details = reason === 'length' ? 'max_output_tokens' : reason;
	return {
		...completion,
		output:
			refusal === null
				? outputOf(textAt(message, 'content') ?? '')
				: [{ type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal }] }],
		...(reason === 'stop' ? {} : { status: 'incomplete', incomplete_details: { reason: details } }),
	};
}

const changeChoices = (
	completion: JsonObject,
	change: (choice: JsonObject) => JsonObject,
): JsonObject =>
	isResponse(completion)
		? changeResponse(completion, change)
		: { ...completion, choices: choicesOf(completion).map(change) };

/** In an order that follows from the answer alone; never the one in which they came. */
function shuffled(choices: readonly JsonObject[], seed: string): readonly JsonObject[] {
	const chance = ({ index = null }: JsonObject): number =>
		chanceOf(`${JSON.stringify(index)} ${seed}`);
	const mixed = choices.toSorted((a, b) => chance(a) - chance(b));
	return mixed.every((choice, i) => choice === choices[i]) ? choices.toReversed() : mixed;
}

const withoutMiddle = (choices: readonly JsonObject[]): readonly JsonObject[] =>
	choices.toSpliced(Math.floor(choices.length / 2), 1);

/** As Ollama says it. */
const arrayRefusal: JsonObject = {
	message:
		'json: cannot unmarshal array into Go struct field CompletionRequest.prompt of type string',
	type: 'invalid_request_error',
	param: null,
	code: null,
};

const messageOf = (choice: JsonObject): JsonObject | null =>
	isJsonObject(choice['message']) ? choice['message'] : null;

/** The same choice with its text changed, in Chat Completions and Completions alike. */
const changeText =
	(change: (text: string) => string) =>
	(choice: JsonObject): JsonObject => {
		const message = messageOf(choice);
		return message === null
			? { ...choice, text: change(textAt(choice, 'text') ?? '') }
			: { ...choice, message: { ...message, content: change(textAt(message, 'content') ?? '') } };
	};

const cut = (text: string): string => text.slice(0, Math.ceil(text.length / 2));

export const refusalText = 'I’m sorry, but I can’t help with that.';

/** Completions has no refusals of its own: there the words are the text. */
const refuseChoice = (choice: JsonObject): JsonObject => {
	const message = messageOf(choice);
	return message === null
		? { ...choice, text: refusalText }
		: { ...choice, message: { ...message, content: null, refusal: refusalText } };
};

/** The length of what `hugeAnswer` puts behind the plain text. */
export const hugeLength = 10_000_000;

/** Half of a pair, which no text may hold and JSON can write. */
export const loneSurrogate = '\ud83d';

const without = (completion: JsonObject, left: string): JsonObject =>
	Object.fromEntries(Object.entries(completion).filter(([key]) => key !== left));

/** A failure that the status hides: a failed response, and elsewhere an error in place of the completion. */
const insideOf200 = (completion: JsonObject, code: string, message: string): Reply =>
	jsonReply(
		200,
		isResponse(completion)
			? { ...completion, status: 'failed', output: [], error: { code, message } }
			: { error: { code, message } },
	);

/** Each character of several bytes is cut in the middle; where there is none, the body as a whole is. */
function insideCharacters(bytes: Buffer): readonly number[] {
	const ends: number[] = [];
	for (let i = 1; i < bytes.length; i++) {
		const continues = ((bytes[i] ?? 0) & 0xc0) === 0x80;
		const starts = ((bytes[i - 1] ?? 0) & 0xc0) === 0xc0;
		if (continues && starts) ends.push(i);
	}
	return ends.length > 0 ? ends : [Math.floor(bytes.length / 2)];
}

const drips = 8;

function courseOf(name: CourseName, request: EndpointRequest, completion: JsonObject): Reply {
	const text = JSON.stringify(completion);
	const bytes = (): Buffer => Buffer.from(text);
	const cutOff = (share: 0 | 0.5 | 1, then: 'reset' | 'silence'): Reply => ({
		kind: 'cutOff',
		body: bytes(),
		share,
		then,
	});
	switch (name) {
		case 'plainReply':
		case 'withoutCors':
		case 'rateLimitedOnce':
		case 'serverErrorOnce':
			return whole(200, text);
		case 'emptyBody':
			return whole(200, '');
		case 'truncatedJson':
			return whole(200, text.slice(0, text.length / 2));
		case 'invalidJson':
			// Python's json.dumps writes such a value, and no parser of JSON reads it.
			return whole(200, text.replace(/}$/, ',"score":NaN}'));
		case 'answeredTwice':
			return whole(200, text + text);
		case 'missingChoices':
			return jsonReply(200, without(without(completion, 'choices'), 'output'));
		case 'noChoices':
			return jsonReply(200, {
				...completion,
				...(isResponse(completion) ? { output: [] } : { choices: [] }),
			});
		case 'oneChoiceMore':
		case 'oneChoiceLess': {
			// A response has one answer, whatever is asked.
			if (isResponse(completion)) return whole(200, text);
			const n = choicesAsked(request.body) + (name === 'oneChoiceMore' ? 1 : -1);
			return jsonReply(200, {
				...completion,
				choices: echoCompletion({ ...request.body, n })['choices'] ?? [],
			});
		}
		case 'shuffledChoices':
			return jsonReply(200, {
				...completion,
				choices: shuffled(choicesOf(completion), textAt(completion, 'id') ?? ''),
			});
		case 'choiceLost':
			return jsonReply(200, { ...completion, choices: withoutMiddle(choicesOf(completion)) });
		case 'arraysRefused':
			return Array.isArray(request.body['prompt'])
				? jsonReply(400, { error: arrayRefusal })
				: whole(200, text);
		case 'missingUsage':
			return jsonReply(200, without(completion, 'usage'));
		case 'wrongContentType':
			return whole(200, text, { 'content-type': 'text/plain; charset=latin1' });
		case 'hugeAnswer':
			return jsonReply(
				200,
				changeChoices(
					completion,
					changeText((short) => `${short} ${'x'.repeat(hugeLength)}`),
				),
			);
		case 'splitUtf8':
			return { kind: 'pieces', body: bytes(), ends: insideCharacters(bytes()), gapMs: 2 };
		case 'slowDrip': {
			const body = bytes();
			const ends = Array.from({ length: drips - 1 }, (_, i) =>
				Math.floor(((i + 1) * body.length) / drips),
			);
			return { kind: 'pieces', body, ends, gapMs: 25 };
		}
		case 'loneSurrogates':
			return jsonReply(
				200,
				changeChoices(
					completion,
					changeText((good) => `${good} ${loneSurrogate}`),
				),
			);
		case 'cutAtLength':
			return jsonReply(
				200,
				changeChoices(completion, (choice) => ({
					...changeText(cut)(choice),
					finish_reason: 'length',
				})),
			);
		case 'filteredAnswer':
			return jsonReply(
				200,
				changeChoices(completion, (choice) => ({
					...changeText(() => '')(choice),
					finish_reason: 'content_filter',
				})),
			);
		case 'failedInside200':
			return insideOf200(completion, 'server_error', 'An error occurred. Sorry about that!');
		case 'rateLimitedInside200':
			return insideOf200(
				completion,
				'rate_limit_exceeded',
				'Rate limit reached on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in 40ms.',
			);
		case 'refusal':
			return jsonReply(200, changeChoices(completion, refuseChoice));
		case 'redirected':
			return whole(302, '', { location: `${request.path}/elsewhere` });
		case 'resetBeforeHeaders':
			return { kind: 'reset' };
		case 'resetMidBody':
			return cutOff(0.5, 'reset');
		case 'resetAfterBody':
			return cutOff(1, 'reset');
		case 'hangsForever':
			return { kind: 'never' };
		case 'stallsAfterHeaders':
			return cutOff(0, 'silence');
		case 'stallsMidBody':
			return cutOff(0.5, 'silence');
		case 'stallsAfterBody':
			return cutOff(1, 'silence');
	}
}

/** A refusal for the first time only, by the scenario that it is. */
const firstOnly: Readonly<Record<string, RefusalName>> = {
	rateLimitedOnce: 'rateLimitedFor40Ms',
	serverErrorOnce: 'serverError500',
};

export function replyTo(
	scenario: Scenario,
	request: EndpointRequest,
	seenBefore: number,
	completion: JsonObject,
	epoch: number,
): Reply {
	const first = seenBefore === 0 ? firstOnly[scenario] : undefined;
	const name = first ?? scenario;
	if (isRefusal(name))
		return refusalReply(
			refusalOf(name, {
				model: textAt(request.body, 'model') ?? '',
				key: request.key ?? '',
				epoch,
			}),
		);
	// `slow(…)` differs in its time alone.
	return courseOf(isSlow(name) ? 'plainReply' : name, request, completion);
}

const isSlow = (name: Exclude<Scenario, RefusalName>): name is `slow(${number})` =>
	name.startsWith('slow(');

/** What a page of another origin may not read: there such an answer is the same as none. */
export const isWithoutCors = (scenario: Scenario): boolean =>
	scenario === 'withoutCors' || scenario === 'captivePortal';
