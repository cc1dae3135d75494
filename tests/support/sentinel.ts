/** Looks like a key of OpenAI; the second has every character that some encoding changes. */
export const sentinels = [
	'sk-proj-Zq7wK4pT9mX2bVd8hY3nRj6cLs5tGf1aUe0o',
	'sk-Zq7"wK/4p+T&9<m>X2\'b_V.d8=hY3n\\Rj6cLs5t',
] as const;

const bytes = (text: string): readonly number[] => [...Buffer.from(text)];
const hex = (byte: number, length = 2): string => byte.toString(16).padStart(length, '0');
const percent = (text: string): string =>
	bytes(text)
		.map((byte) => `%${hex(byte)}`)
		.join('');

/** The forms in which an endpoint can give a key back. */
export const encodings = {
	'as it is': (key: string) => key,
	'%-encoded': (key: string) => encodeURIComponent(key),
	'%-encoded twice': (key: string) => encodeURIComponent(percent(key)),
	'in base64': (key: string) => Buffer.from(key).toString('base64'),
	'in base64 behind a user name': (key: string) => Buffer.from(`user:${key}`).toString('base64'),
	'in base64, in lines of 64': (key: string) =>
		Buffer.from(`user name: ${key}, and so on`).toString('base64').replace(/.{64}/g, '$&\n'),
	'in base64, in lines of 76': (key: string) =>
		Buffer.from(`the name of a user: ${key}, and so on and so on`)
			.toString('base64')
			.replace(/.{76}/g, '$&\r\n'),
	'in base64url, within a text': (key: string) => Buffer.from(`k ey${key}?`).toString('base64url'),
	'escaped as in JSON': (key: string) => JSON.stringify(JSON.stringify(key)).slice(1, -1),
	'escaped as in HTML': (key: string) =>
		key.replace(/[^\w]/g, (one) => `&#${String(one.charCodeAt(0))};`),
	'named as in HTML': (key: string) =>
		key
			.replaceAll('&', '&amp;')
			.replaceAll('<', '&lt;')
			.replaceAll('>', '&gt;')
			.replaceAll('"', '&quot;'),
	'escaped as in JavaScript': (key: string) =>
		bytes(key)
			.map((byte) => `\\u${hex(byte, 4)}`)
			.join(''),
	'in hex': (key: string) => Buffer.from(key).toString('hex'),
	backwards: (key: string) => [...key].reverse().join(''),
	'in upper case': (key: string) => key.toUpperCase(),
	'in lower case': (key: string) => key.toLowerCase(),
	'cut to its ends': (key: string) => `${key.slice(0, 8)}************************${key.slice(-4)}`,
} as const satisfies Record<string, (key: string) => string>;

/** How a run of characters is written where each stands for itself. */
const runEncodings: Readonly<Record<string, (run: string) => string>> = {
	'as it is': encodings['as it is'],
	'%-encoded': encodings['%-encoded'],
	'wholly %-encoded': percent,
	'%-encoded twice': encodings['%-encoded twice'],
	'escaped as in JSON': (run) => JSON.stringify(run).slice(1, -1),
	'escaped twice as in JSON': (run) =>
		JSON.stringify(JSON.stringify(run).slice(1, -1)).slice(1, -1),
	'escaped as in HTML': encodings['escaped as in HTML'],
	'named as in HTML': encodings['named as in HTML'],
	'escaped as in JavaScript': encodings['escaped as in JavaScript'],
	'in hex': encodings['in hex'],
	'in hex, in upper case': (run) => encodings['in hex'](run).toUpperCase(),
	'in hex with spaces': (run) =>
		bytes(run)
			.map((byte) => hex(byte))
			.join(' '),
	backwards: encodings.backwards,
	'in upper case': encodings['in upper case'],
	'in lower case': encodings['in lower case'],
};

/** Of base64 what belongs to the run alone, for each of the three places where it can begin. */
const runsInBase64 = (run: string): readonly string[] =>
	[0, 1, 2].map((before) =>
		Buffer.from('\0'.repeat(before) + run)
			.toString('base64')
			.slice(Math.ceil((before * 8) / 6), Math.floor(((before + run.length) * 8) / 6)),
	);

/** The encodings in which the key, or so many of its characters that stand together, can be read in the text. */
export function tracesOf(key: string, text: string, leastRun = 8): string[] {
	const found = new Set<string>();
	// What every key of a provider begins with is none of it.
	const random = key.replace(/^sk-(?:proj-)?/, '');
	// Lines of base64 belong together, also where their ends are escaped.
	const joined = text
		.replace(/(?:\\+[rn]|\s)+/g, '')
		.replaceAll('-', '+')
		.replaceAll('_', '/');
	// In a file of JSON the backslashes of an escape are doubled.
	const single = text.replace(/\\{2,}/g, '\\');
	for (let at = 0; at + leastRun <= random.length; at++) {
		const run = random.slice(at, at + leastRun);
		for (const [name, encode] of Object.entries(runEncodings))
			if (text.includes(encode(run)) || single.includes(encode(run))) found.add(name);
		if (runsInBase64(run).some((form) => joined.includes(form))) found.add('in base64');
	}
	if (text.includes(`***${key.slice(-4)}`)) found.add('its end behind stars');
	return [...found];
}

/** Every text and every name within a value, a line each, and the value as JSON. */
export function textsOf(value: unknown): string {
	const texts: string[] = [JSON.stringify(value) ?? ''];
	const visit = (one: unknown): void => {
		if (typeof one === 'string') texts.push(one);
		else if (typeof one === 'object' && one !== null)
			for (const [name, member] of Object.entries(one)) {
				texts.push(name);
				visit(member);
			}
	};
	visit(value);
	return texts.join('\n');
}

const answer = (
	status: number,
	body: unknown,
	headers: Readonly<Record<string, string>> = {},
): Response =>
	new Response(typeof body === 'string' ? body : JSON.stringify(body), {
		status,
		headers: { 'content-type': 'application/json', ...headers },
	});
const completion = (
	choice: Readonly<Record<string, unknown>>,
	rest: Readonly<Record<string, unknown>> = {},
): Response =>
	answer(200, {
		id: 'c1',
		model: 'm',
		...rest,
		choices: [{ index: 0, finish_reason: 'stop', ...choice }],
	});
const says = (content: string, more: object = {}) => ({
	message: { role: 'assistant', content, ...more },
});
/** What a header can hold. */
const inHeader = (form: string): string => form.replace(/[^\x20-\x7e]/g, '');

const page = (form: string): string =>
	`<!doctype html><html><head><title>Denied ${form}</title></head><body><p>${form}</p></body></html>`;

function brokenOff(form: string): Response {
	const text = `{"error":{"message":"Bearer ${form}`;
	return new Response(
		new ReadableStream({
			start: (controller) => {
				controller.enqueue(new TextEncoder().encode(text));
				controller.error(new TypeError(`aborted while reading ${form}`));
			},
		}),
		{ status: 500, headers: { 'content-type': 'application/json' } },
	);
}

const thrown = (form: string): never => {
	throw new TypeError('fetch failed', {
		cause: new Error(`connect ${form}`, { cause: new Error(`Bearer ${form}`) }),
	});
};

/** The ways in which an endpoint, or the way to it, can give something back; of a form that may be a key. */
export const shapes = {
	'the message of a 401': (form) =>
		answer(401, {
			error: { message: `Incorrect API key provided: ${form}.`, code: 'invalid_api_key' },
		}),
	'a text in place of an error': (form) => answer(400, { error: `No ${form}` }),
	'a detail': (form) => answer(422, { detail: `Bad token ${form}` }),
	'a list of details': (form) =>
		answer(422, {
			detail: [{ loc: ['header', 'authorization'], msg: 'bad', input: `Bearer ${form}` }],
		}),
	'a bare message': (form) => answer(400, { message: form }),
	'a nested detail': (form) => answer(400, { message: { detail: [{ input: { key: form } }] } }),
	'the code': (form) => answer(400, { error: { message: 'no', code: form } }),
	'the type': (form) => answer(400, { error: { message: 'no', type: form } }),
	'the parameter': (form) =>
		answer(400, { error: { message: `Unsupported parameter: '${form}'`, param: form } }),
	'the raw words of a provider': (form) =>
		answer(502, { error: { message: 'Provider returned error', metadata: { raw: form } } }),
	'JSON within a message': (form) =>
		answer(500, {
			error: { message: JSON.stringify({ headers: { authorization: `Bearer ${form}` } }) },
		}),
	'JSON within JSON within a message': (form) =>
		answer(500, { error: { message: JSON.stringify(JSON.stringify({ 'api-key': form })) } }),
	'the title of a page': (form) => answer(403, page(form), { 'content-type': 'text/html' }),
	'a page behind a 200': (form) => answer(200, page(form), { 'content-type': 'text/html' }),
	'plain text': (form) => answer(500, `upstream said ${form}`, { 'content-type': 'text/plain' }),
	XML: (form) =>
		answer(500, `<error key="${form}">${form}</error>`, { 'content-type': 'text/xml' }),
	'two fields, half in each': (form) =>
		answer(400, {
			error: {
				message: `${form.slice(0, form.length / 2)} goes on`,
				code: form.slice(form.length / 2),
			},
		}),
	'the request id': (form) =>
		answer(500, { error: { message: 'no' } }, { 'x-request-id': inHeader(form) }),
	'other headers': (form) =>
		answer(
			429,
			{ error: { message: 'slow down' } },
			{ 'retry-after': inHeader(form), 'x-ratelimit-limit-tokens': inHeader(form) },
		),
	'a name in the details': (form) => answer(422, { detail: { [form]: { [`x ${form}`]: true } } }),
	'a stream of events': (form) =>
		answer(500, `event: error\ndata: {"error":{"message":"${form}"}}\n\n`, {
			'content-type': 'text/event-stream',
		}),
	'the end of a very long body': (form) =>
		answer(400, { error: { message: `${'long '.repeat(20_000)}${form}` } }),
	'where a long message is cut': (form) =>
		answer(400, { error: { message: `${'x'.repeat(390)} ${form} ${'y '.repeat(9_000)}` } }),
	'JSON that is cut off': (form) => answer(400, `{"error":{"message":"${form}`),
	'a 200 that is no JSON': (form) => answer(200, `{"id":"${form}","choices":[NaN${form}`),
	'an error in a 200': (form) => answer(200, { error: { message: form, code: 400 } }),
	'a 200 without choices': (form) => answer(200, { id: form, model: form, choices: [] }),
	'the name of a model': (form) =>
		answer(404, {
			error: { message: `The model ${form} does not exist`, code: 'model_not_found' },
		}),
	'a limit': (form) =>
		answer(429, {
			error: { message: `Rate limit reached for ${form} on tokens per min (TPM): Limit 3, Used 3` },
		}),
	'what the model says': (form) => completion(says(`Your key is ${form}, is it not?`)),
	'the arguments of a tool call': (form) =>
		completion(
			says('', {
				tool_calls: [
					{ id: form, function: { name: 'f', arguments: JSON.stringify({ key: form }) } },
				],
			}),
		),
	'the log probabilities': (form) =>
		completion({ ...says('ok'), logprobs: { content: [{ token: form, logprob: 0 }] } }),
	'the rest of a completion': (form) =>
		completion(says('ok'), { id: form, model: form, system_fingerprint: form, [form]: form }),
	'a body that breaks off': brokenOff,
	'what fetch throws': (form) => {
		throw new TypeError(`Failed to execute 'fetch': Invalid header value: Bearer ${form}`);
	},
	'the causes of what fetch throws': thrown,
	'what is thrown and is no error': (form) => {
		// eslint-disable-next-line @typescript-eslint/only-throw-error -- an interceptor may throw anything
		throw form;
	},
} as const satisfies Record<string, (form: string) => Response>;
