/** What the endpoint says to one request; `text` is unlike every other answer's. */
type Reply = (text: string, choices: number) => Response | null;

/**
 * How the engine has to take it. `settles`: the request is done; `stops`: nothing leaves until a person acts;
 * `fault`: another attempt, while attempts are left; `waits`: another attempt, for nothing.
 */
export type Meaning = 'succeeds' | 'fails' | 'fault' | 'waits' | 'stops';

interface Answer {
	readonly meaning: Meaning;
	readonly reply: Reply;
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
	new Response(JSON.stringify(body), {
		status,
		headers: { 'content-type': 'application/json', ...headers },
	});

const refused =
	(status: number, message: string, code: string | null): Reply =>
	() =>
		json(status, { error: { message, type: 'requests', param: null, code } });

const completion =
	(finish: string, message: (text: string) => object): Reply =>
	(text, choices) =>
		json(200, {
			id: text,
			model: 'm',
			usage: { prompt_tokens: 3, completion_tokens: 2 * choices, total_tokens: 3 + 2 * choices },
			choices: Array.from({ length: choices }, (_, index) => ({
				index,
				finish_reason: finish,
				message: { role: 'assistant', ...message(text) },
			})),
		});

export const answers = {
	plain: { meaning: 'succeeds', reply: completion('stop', (content) => ({ content })) },
	truncated: { meaning: 'succeeds', reply: completion('length', (content) => ({ content })) },
	refusal: {
		meaning: 'succeeds',
		reply: completion('stop', (refusal) => ({ content: null, refusal })),
	},
	filtered: {
		meaning: 'succeeds',
		reply: completion('content_filter', () => ({ content: '' })),
	},
	badRequest: { meaning: 'fails', reply: refused(400, 'Invalid value', 'invalid_value') },
	rateLimited: {
		meaning: 'waits',
		reply: refused(
			429,
			'Rate limit reached for m in organization org on requests per min (RPM): Limit 60, Used 60, Requested 1. Please try again in 1s.',
			'rate_limit_exceeded',
		),
	},
	rateLimitedWithoutNumbers: { meaning: 'waits', reply: refused(429, 'Too many requests', null) },
	serverError: { meaning: 'fault', reply: refused(500, 'The server had an error', null) },
	overloaded: { meaning: 'fault', reply: refused(503, 'Overloaded', null) },
	brokenJson: {
		meaning: 'fault',
		reply: () =>
			new Response('{"id": "x", "choi', { headers: { 'content-type': 'application/json' } }),
	},
	/** Of one prompt alone it is an answer like another, and not given. */
	choiceLost: {
		meaning: 'fault',
		reply: (text, choices) => completion('stop', (content) => ({ content }))(text, choices - 1),
	},
	missingChoices: { meaning: 'fault', reply: () => json(200, { id: 'x', object: 'c' }) },
	network: { meaning: 'fault', reply: () => null },
	wrongKey: { meaning: 'stops', reply: refused(401, 'Incorrect API key', 'invalid_api_key') },
	quota: {
		meaning: 'stops',
		reply: refused(429, 'You exceeded your current quota', 'insufficient_quota'),
	},
	noSuchModel: {
		meaning: 'stops',
		reply: refused(404, 'The model `m` does not exist', 'model_not_found'),
	},
	longWait: {
		meaning: 'stops',
		reply: refused(429, 'Rate limit reached. Please try again in 2h0m0s.', 'rate_limit_exceeded'),
	},
} as const satisfies Readonly<Record<string, Answer>>;

export type AnswerName = keyof typeof answers;
