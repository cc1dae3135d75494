import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '#domain/json.ts';
import { call } from './client.ts';
import { echoText } from './echo.ts';
import type { Protocol } from './exchange.ts';
import { refusalNames, type RefusalName } from './refusals.ts';
import { hugeLength, loneSurrogate } from './replies.ts';
import { scenarioNames, type Scenario } from './scenario.ts';
import {
	createTestEndpoint,
	type TestEndpoint,
	type TestEndpointOptions,
} from './test-endpoint.ts';

let endpoint: TestEndpoint | null = null;

afterEach(async () => {
	await endpoint?.close();
	endpoint = null;
});

const epoch = Date.UTC(2026, 10, 21, 12, 0, 0);

async function open(
	protocol: Protocol,
	scenario: Scenario,
	more: TestEndpointOptions = {},
): Promise<TestEndpoint> {
	endpoint = await createTestEndpoint({
		protocol,
		scenario: () => scenario,
		// The certificate is dated by it too, and Node trusts none of another day.
		...(protocol === 'http1' ? { epoch: () => epoch } : {}),
		...more,
	});
	return endpoint;
}

const content = 'Ünïcode ☕ 🫘';
const chat: JsonObject = { model: 'm', messages: [{ role: 'user', content }] };
const plain = echoText(content, 0);

const protocols: readonly Protocol[] = ['http1', 'http2'];

/** Every refusal: its status, words that no other has, and for some the hint that stands in a header. */
const refused: Readonly<Record<RefusalName, readonly [number, RegExp, string?]>> = {
	contentFilter400: [400, /ResponsibleAIPolicyViolation/],
	contextTooLong: [400, /"code":"context_length_exceeded"/],
	invalidPrompt: [400, /"code":"invalid_prompt"/],
	unsupportedParameter: [400, /'max_tokens' is not supported.*"param":"max_tokens"/],
	unsupportedValue: [400, /'temperature' does not support 0\.9.*"param":"temperature"/],
	unsupportedEffort: [
		400,
		/'minimal' is not supported with the 'm' model.*"param":"reasoning.effort"/,
	],
	invalidValue: [400, /decimal below minimum value/],
	wrongKey: [401, /provided: sk-test-\*{10}6789\./],
	missingScopes: [401, /Missing scopes: model\.request/],
	paymentRequired: [402, /openrouter_credits/],
	forbidden: [403, /unsupported_country_region_territory/],
	keysDisabled: [403, /AuthenticationTypeDisabled/],
	modelNotFound: [404, /`m` does not exist/],
	modelRetired: [404, /`m` has been deprecated/],
	organizationUnverified: [404, /must be verified to use the model `m`/],
	chatModelOnly: [404, /not supported in the v1\/completions endpoint/],
	timeout408: [408, /timed out/],
	conflict409: [409, /"code":"conflict"/],
	tooLarge413: [413, /<title>413 Request Entity Too Large/],
	unprocessable422: [422, /^\{"detail":\[/],
	rateLimitedTokens: [429, /Limit 30000, Used 29937, Requested 385\. Please try again in 644ms/],
	rateLimitedFor40Ms: [429, /Used 29937, Requested 83\. Please try again in 40ms/],
	rateLimitedRequests: [429, /\(RPM\): Limit 3, Used 3, Requested 1\. Please try again in 20s/],
	rateLimitedBriefly: [429, /\(RPM\): Limit 60000.*in 1ms/],
	rateLimitedPerDay: [429, /\(RPD\): Limit 10000.*in 8\.64s/],
	rateLimitedForDays: [429, /in 114h18m0s/],
	requestTooLarge: [429, /Request too large.*Requested 31538/],
	rateLimitedWithoutHint: [429, /^\{"error":\{"message":"Too many requests","type":"requests"/],
	slowDown: [429, /"code":"slow_down"/],
	azureTokenRate: [429, /Please retry after 2 seconds/, '2'],
	azureRate: [429, /Try again in 2 seconds/],
	openRouterUpstream: [429, /"raw":"m is temporarily rate-limited upstream/],
	flexWithoutCapacity: [429, /resource_unavailable/],
	quotaExhausted: [429, /"code":"insufficient_quota"/],
	creditExhausted: [429, /"code":"credit_balance_exhausted"/],
	spendLimitExceeded: [429, /"code":"organization_spend_limit_exceeded"/],
	projectLimitExceeded: [429, /"code":"project_spend_limit_exceeded"/],
	usageLimitExceeded: [429, /"code":"organization_usage_limit_exceeded"/],
	retryAfterSeconds: [429, /Too many/, '1'],
	retryAfterMs: [429, /Too many/, '1'],
	retryAfterDate: [429, /Too many/, 'Sat, 21 Nov 2026 12:00:02 GMT'],
	retryAfterPast: [429, /Too many/, 'Sat, 21 Nov 2026 11:00:00 GMT'],
	retryAfterFarFuture: [429, /Too many/, 'Tue, 18 Nov 2036 12:00:00 GMT'],
	retryAfterNegative: [429, /Too many/, '-5'],
	retryAfterNonsense: [429, /Too many/, 'soon'],
	shouldRetryFalse: [429, /Too many/],
	serverError500: [500, /"type":"server_error"/],
	badGatewayHtml: [502, /<title>502 Bad Gateway/],
	overloaded503: [503, /server_is_overloaded/],
	loadingModel503: [503, /Loading model/],
	gatewayTimeout504: [504, /<title>504 Gateway/],
	unknownError520: [520, /520: Web server/],
	overloaded529: [529, /overloaded_error/],
	capacity498: [498, /capacity_exceeded/],
	errorInside200: [200, /Provider returned error.*502/],
	errorAsText: [500, /^\{"error":"llama runner/],
	htmlPage: [200, /<title>Welcome/],
	captivePortal: [200, /<title>Sign in to this network/],
};

describe.each(protocols)('over %s', (protocol) => {
	test.each(refusalNames)('%s refuses in the words that were seen', async (name) => {
		const [status, words, hint] = refused[name];
		const answer = await call(await open(protocol, name), chat);
		expect(answer.status).toBe(status);
		expect(answer.text).toMatch(words);
		expect(answer.header('content-type')).toMatch(
			answer.text.startsWith('<') ? /^text\/html/ : /^application\/json$/,
		);
		if (hint !== undefined && protocol === 'http1') expect(answer.header('retry-after')).toBe(hint);
	});

	test.each([
		['emptyBody', /^$/],
		['truncatedJson', /^\{"id".*[^}]$/],
		['invalidJson', /"score":NaN\}$/],
		['answeredTwice', /\}\{"id":"chatcmpl-/],
	] as const)('%s is a whole 200 that is no JSON', async (name, form) => {
		const answer = await call(await open(protocol, name), chat);
		expect(answer.status).toBe(200);
		expect(answer.header('content-type')).toBe('application/json');
		expect(answer.text).toMatch(form);
		expect(() => JSON.parse(answer.text) as unknown).toThrow(SyntaxError);
	});

	test.each([
		['missingChoices', undefined],
		['noChoices', []],
		['oneChoiceLess', [0]],
		['oneChoiceMore', [0, 1, 2]],
	] as const)('%s answers JSON with other choices than asked for', async (name, indices) => {
		const answer = await call(await open(protocol, name), { ...chat, n: 2 });
		const body = JSON.parse(answer.text) as { choices?: { index: number }[]; object: string };
		expect(body.object).toBe('chat.completion');
		expect(body.choices?.map(({ index }) => index)).toEqual(indices);
	});

	test.each([
		['shuffledChoices', [1, 5, 3, 4, 0, 2]],
		['choiceLost', [0, 1, 2, 4, 5]],
	] as const)('%s answers several prompts with their choices at other places', async (name, at) => {
		const asked = { model: 'm', n: 2, prompt: ['a', 'b', 'c'] };
		const answer = await call(await open(protocol, name), asked, { path: '/v1/completions' });
		const body = JSON.parse(answer.text) as { choices: { index: number; text: string }[] };
		expect(body.choices.map(({ index }) => index)).toEqual(at);
		for (const { index, text } of body.choices)
			expect(text).toBe(echoText(['a', 'b', 'c'][Math.floor(index / 2)] ?? '', index % 2));
	});

	test('arraysRefused takes one prompt and no list of them', async () => {
		await open(protocol, 'arraysRefused');
		const path = '/v1/completions';
		const list = await call(opened(), { model: 'm', prompt: ['a'] }, { path });
		expect(list.status).toBe(400);
		expect(list.text).toContain('cannot unmarshal array into Go struct field');
		expect((await call(opened(), { model: 'm', prompt: 'a' }, { path })).status).toBe(200);
	});

	test('missingUsage leaves out the usage alone', async () => {
		const answer = await call(await open(protocol, 'missingUsage'), chat);
		expect(JSON.parse(answer.text)).toMatchObject({ choices: [{ message: { content: plain } }] });
		expect(answer.text).not.toContain('usage');
	});

	test('wrongContentType is the plain answer under another name', async () => {
		const answer = await call(await open(protocol, 'wrongContentType'), chat);
		expect(answer.header('content-type')).toBe('text/plain; charset=latin1');
		expect(JSON.parse(answer.text)).toMatchObject({ choices: [{ message: { content: plain } }] });
	});

	test('hugeAnswer is over ten million characters of valid JSON', async () => {
		const answer = await call(await open(protocol, 'hugeAnswer'), chat);
		expect(answer.bytes.length).toBeGreaterThan(hugeLength);
		const { choices } = JSON.parse(answer.text) as { choices: { message: { content: string } }[] };
		expect(choices[0]?.message.content.length).toBe(plain.length + 1 + hugeLength);
	});

	test('splitUtf8 cuts each character of several bytes in the middle', async () => {
		const pieces: Uint8Array[] = [];
		const answer = await call(await open(protocol, 'splitUtf8'), chat, {
			onPiece: (piece) => pieces.push(piece),
		});
		expect(answer.text).toContain(plain);
		const cutInside = pieces.filter((piece) => ((piece[0] ?? 0) & 0xc0) === 0x80);
		// Ü, ï, ☕ and the bean.
		expect(cutInside.length).toBe(4);
	});

	test('loneSurrogates writes half a pair as JSON can', async () => {
		const answer = await call(await open(protocol, 'loneSurrogates'), chat);
		expect(answer.text).toContain('\\ud83d');
		expect(JSON.parse(answer.text)).toMatchObject({
			choices: [{ message: { content: `${plain} ${loneSurrogate}` } }],
		});
	});

	test('slowDrip sends the answer in eight pieces', async () => {
		const answer = await call(await open(protocol, 'slowDrip'), chat);
		expect(answer.pieces).toBe(8);
		expect(answer.text).toContain(plain);
	});

	test('redirected points elsewhere and says nothing', async () => {
		const answer = await call(await open(protocol, 'redirected'), chat);
		expect([answer.status, answer.text]).toEqual([302, '']);
		expect(answer.header('location')).toBe('/v1/chat/completions/elsewhere');
	});

	test.each(['withoutCors', 'captivePortal'] as const)(
		'%s is an answer that no page of another origin can read',
		async (name) => {
			const answer = await call(await open(protocol, name), chat);
			expect(answer.status).toBe(200);
			expect(answer.header('access-control-allow-origin')).toBeNull();
		},
	);

	test.each([
		['resetBeforeHeaders', 0, null],
		['resetMidBody', 0.5, 200],
		['resetAfterBody', 1, 200],
	] as const)('%s breaks the answer off', async (name, share, status) => {
		const length = await plainLength(protocol);
		let received = 0;
		const { ledger } = await open(protocol, name);
		const reply = call(opened(), chat, {
			onPiece: (piece) => {
				received += piece.length;
			},
		});
		await expect(reply).rejects.toThrow();
		expect(received).toBe(Math.floor(length * share));
		expect(ledger.requests[0]).toMatchObject({ status, ending: 'reset' });
	});

	test.each([
		['hangsForever', 0, null],
		['stallsAfterHeaders', 0, 200],
		['stallsMidBody', 0.5, 200],
		['stallsAfterBody', 1, 200],
	] as const)('%s never ends, and the ledger tells who gave up', async (name, share, status) => {
		const wanted = Math.floor((await plainLength(protocol)) * share);
		const { ledger } = await open(protocol, name);
		const stop = new AbortController();
		let received = 0;
		let hasAll = (): void => undefined;
		const all = new Promise<void>((resolve) => {
			hasAll = resolve;
		});
		const reply = call(opened(), chat, {
			signal: stop.signal,
			onHead: () => {
				if (wanted === 0) hasAll();
			},
			onPiece: (piece) => {
				received += piece.length;
				if (received >= wanted) hasAll();
			},
		});
		await ledger.arrived(1);
		if (status !== null) await all;
		expect(ledger.requests[0]).toMatchObject({ status, ending: 'open' });
		stop.abort();
		await expect(reply).rejects.toThrow();
		await ledger.ended(1);
		expect(received).toBe(wanted);
		expect(ledger.requests[0]).toMatchObject({ ending: 'aborted', protocol });
	});

	test('one broken answer leaves the others of its connection whole', async () => {
		await open(protocol, 'plainReply');
		opened().play((_request, seenBefore) => (seenBefore === 1 ? 'resetMidBody' : 'plainReply'));
		const replies = await Promise.allSettled([0, 1, 2].map(() => call(opened(), chat)));
		expect(replies.map(({ status }) => status).toSorted()).toEqual([
			'fulfilled',
			'fulfilled',
			'rejected',
		]);
	});
});

test('a certificate is trusted for this machine alone, by those who are given it', async () => {
	await open('http2', 'plainReply');
	expect((await call(opened(), chat)).status).toBe(200);
	await expect(fetch(opened().url)).rejects.toThrow('fetch failed');
	expect(opened().ledger.requests).toMatchObject([{ protocol: 'http2', ending: 'answered' }]);
});

test('every scenario is met by a test of this table or by name', () => {
	expect(scenarioNames).toEqual(expect.arrayContaining(Object.keys(refused)));
	expect(new Set(scenarioNames).size).toBe(scenarioNames.length);
});

async function plainLength(protocol: Protocol): Promise<number> {
	const answer = await call(await open(protocol, 'plainReply'), chat);
	await opened().close();
	return answer.bytes.length;
}

/** The endpoint that the test has opened. */
function opened(): TestEndpoint {
	if (endpoint === null) throw new Error('No endpoint is open');
	return endpoint;
}
