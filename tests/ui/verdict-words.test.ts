import { describe, expect, test } from 'vitest';
import type { Connection } from '#domain/connection.ts';
import type { FailureKind } from '#domain/failure.ts';
import type { ConnectionTest } from '#domain/model-list.ts';
import { modelWords } from '#ui/compose/model-words.ts';
import { verdictDetails } from '#ui/compose/verdict-details.ts';
import { verdictWords } from '#ui/compose/verdict-words.ts';
import { failureOf } from '../state/run-fixtures.ts';

const here = { origin: 'https://volley.example', secure: true, offline: false };
const compatible: Connection = {
	provider: 'compatible',
	baseUrl: 'https://host.example/api',
	organization: '',
	project: '',
	usesKey: false,
};
const azure: Connection = {
	...compatible,
	provider: 'azure',
	baseUrl: 'https://res.openai.azure.com/openai/v1',
};
const openRouter: Connection = {
	...compatible,
	baseUrl: 'https://openrouter.ai/api/v1',
	preset: 'openrouter',
};
const failed = (kind: FailureKind, status: number | null, message = ''): ConnectionTest => ({
	kind: 'failed',
	failure: failureOf(kind, { status, message }),
});
const works: ConnectionTest = { kind: 'models', models: [] };

describe('the verdict on a connection', () => {
	const noList = (isApi: boolean): ConnectionTest => ({ kind: 'noList', status: 404, isApi });
	const page: ConnectionTest = { kind: 'webPage', status: 200, title: 'Sign in' };
	test.each([
		[works, compatible, 'Works: 0 models', null],
		[works, azure, 'Works', /type the name of your deployment/],
		[works, openRouter, 'Reached: 0 models', /says nothing of the key/],
		[noList(true), compatible, 'Answers, but lists no models', /404.*Nothing else was tried/],
		[noList(false), compatible, 'No API at this address', /not as an API does.*ends with \/v1/],
		[page, compatible, 'A web page, not an API', /web page, “Sign in”.*ends with \/v1/],
		[
			failed('unauthorized', 401, 'No such key'),
			compatible,
			'Key not accepted (401)',
			/host\.example answered “No such key”/,
		],
		[failed('unauthorized', 401), azure, 'Key not accepted (401)', /Keys and Endpoint/],
		[failed('forbidden', 403), compatible, 'Key not allowed (403)', /may list models/],
		[failed('serverError', 502), compatible, 'Refused (502)', /fault of its own/],
		[
			failed('timeout', null, 'No answer within 20 s.'),
			compatible,
			'No answer in time',
			/No answer within 20 s\..*CORS/,
		],
		[
			failed('network', null, 'Failed to fetch'),
			compatible,
			'Not reached',
			/browsers do not tell.*CORS setting.*https:\/\/volley\.example/,
		],
	])('%j', (result, connection, words, told) => {
		expect(verdictWords(result, connection)).toBe(words);
		const details = verdictDetails(result, connection, here);
		if (told === null) expect(details).toBeNull();
		else
			expect([...(details?.sentences ?? []), ...(details?.checks ?? [])].join(' ')).toMatch(told);
	});

	test('stands in one line of the narrowest page', () => {
		for (const result of [works, noList(true), noList(false), page, failed('unauthorized', 401)])
			expect(verdictWords(result, compatible).length).toBeLessThanOrEqual(30);
	});

	test('sends nobody to a path that is there already', () => {
		const whole = { ...compatible, baseUrl: 'https://host.example/v1' };
		expect(verdictDetails(noList(true), whole, here)?.checks.join(' ')).not.toContain('ends with');
	});
});

test.each([
	[{}, ''],
	[{ ownedBy: 'openai' }, 'openai'],
	[
		{ ownedBy: 'openai', contextWindow: 128_000, shutdownDate: '2026-12-11' },
		'openai · 128,000 tokens · shuts down on 2026-12-11',
	],
])('a model with %j says “%s” in the list', (known, words) => {
	const model = { id: 'm', ownedBy: null, contextWindow: null, shutdownDate: null, ...known };
	expect(modelWords(model, '2026-11-21')).toBe(words);
});
