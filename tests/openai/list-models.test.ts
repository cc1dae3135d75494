import { describe, expect, test, vi } from 'vitest';
import type { Connection } from '#domain/connection.ts';
import { listModels } from '#openai/list-models.ts';

const connection: Connection = {
	provider: 'compatible',
	baseUrl: 'https://host/v1',
	organization: '',
	project: '',
	usesKey: false,
};

const asking = (answer: (init: RequestInit) => Response | Promise<Response>) =>
	listModels({
		connection,
		key: '',
		timeoutMs: 2_000,
		after: () => () => undefined,
		epoch: () => 0,
		fetch: async (_, init = {}) => answer(init),
	});

const json = (body: unknown, status = 200): Response =>
	new Response(JSON.stringify(body), {
		status,
		headers: { 'content-type': 'application/json' },
	});
const page = (status: number, title = 'Welcome'): Response =>
	new Response(`<!doctype html><html><head><title>${title}</title></head></html>`, {
		status,
		headers: { 'content-type': 'text/html' },
	});
const plain = { ownedBy: null, contextWindow: null, shutdownDate: null };

describe('a list of models', () => {
	test.each([
		['as OpenAI’s', { object: 'list', data: [{ id: 'm' }] }, [{ ...plain, id: 'm' }]],
		['that is bare, as Together’s', [{ id: 'm' }], [{ ...plain, id: 'm' }]],
		['under another name', { models: [{ name: 'm' }] }, [{ ...plain, id: 'm' }]],
		['without a model', { data: [] }, []],
		[
			'by name, each once',
			{ data: [{ id: 'b' }, { id: 'a' }, { id: 'b', owned_by: 'x' }] },
			[
				{ ...plain, id: 'a' },
				{ ...plain, id: 'b' },
			],
		],
		[
			'with all that is said of a model',
			{
				data: [
					{ id: 'm', owned_by: 'openai', context_length: 128_000, shutdown_date: '2026-12-11' },
				],
			},
			[{ id: 'm', ownedBy: 'openai', contextWindow: 128_000, shutdownDate: '2026-12-11' }],
		],
		[
			'with what others call it',
			{
				data: [
					{
						id: 'm',
						organization: 'Meta',
						max_model_len: 8_192,
						expiration_date: '2026-12-11T00:00:00Z',
					},
				],
			},
			[{ id: 'm', ownedBy: 'Meta', contextWindow: 8_192, shutdownDate: '2026-12-11' }],
		],
		[
			'with nonsense in it',
			{
				data: [
					7,
					null,
					{ id: '' },
					{ id: 'x'.repeat(201) },
					{ id: 'm', owned_by: 7, context_length: -1, shutdown_date: 'soon' },
				],
			},
			[{ ...plain, id: 'm' }],
		],
	])('%s', async (_, body, models) => {
		expect(await asking(() => json(body))).toEqual({ kind: 'models', models });
	});

	test('without end is cut', async () => {
		const data = Array.from({ length: 6_000 }, (_, i) => ({ id: `m${String(i)}` }));
		const result = await asking(() => json({ data }));
		expect(result.kind === 'models' ? result.models.length : null).toBe(5_000);
	});
});

describe('what is no list', () => {
	test.each([
		['an API without one', () => json({ error: { message: 'Not found' } }, 404), true, 404],
		['FastAPI’s 404', () => json({ detail: 'Not Found' }, 404), true, 404],
		['a 405', () => json({ error: 'Method Not Allowed' }, 405), true, 405],
		['a path that is none', () => new Response('404 page not found', { status: 404 }), false, 404],
		['another JSON', () => json({ status: 'ok' }), true, 200],
		['things that are no models', () => json({ data: ['a', 'b'] }), true, 200],
		['broken JSON', () => new Response('{"data": [', json({})), false, 200],
		['nothing', () => new Response('', { status: 200 }), false, 200],
	])('%s', async (_, answer, isApi, status) => {
		expect(await asking(answer)).toEqual({ kind: 'noList', status, isApi });
	});

	test.each([200, 404])('a web page with a %i', async (status) => {
		expect(await asking(() => page(status, ' Sign in '))).toEqual({
			kind: 'webPage',
			status,
			title: 'Sign in',
		});
	});
});

describe('what went wrong', () => {
	test.each([
		['a wrong key', () => json({ error: { message: 'no', code: 'x' } }, 401), 'unauthorized', 401],
		['a key that may not', () => json({ error: { message: 'no' } }, 403), 'forbidden', 403],
		['a fault there', () => page(502), 'serverError', 502],
		['too many requests', () => json({ error: { message: 'slow' } }, 429), 'rateLimited', 429],
		[
			'a wrong key, said with a 200',
			() => json({ error: { message: 'no', code: 401 } }),
			'unauthorized',
			200,
		],
		['no connection', () => Promise.reject(new TypeError('Failed to fetch')), 'network', null],
	])('%s', async (_, answer, kind, status) => {
		expect(await asking(answer)).toMatchObject({ kind: 'failed', failure: { kind, status } });
	});

	test('no answer in time', async () => {
		let ring = (): void => undefined;
		const fetching = vi.fn(
			(_: unknown, init: RequestInit = {}) =>
				new Promise<Response>((_resolve, reject) => {
					init.signal?.addEventListener('abort', () => {
						reject(new DOMException('aborted', 'AbortError'));
					});
				}),
		);
		const result = listModels({
			connection,
			key: '',
			timeoutMs: 2_000,
			after: (ms, callBack) => {
				expect(ms).toBe(2_000);
				ring = callBack;
				return () => undefined;
			},
			epoch: () => 0,
			fetch: fetching,
		});
		await vi.waitFor(() => {
			expect(fetching).toHaveBeenCalled();
		});
		ring();
		expect(await result).toMatchObject({
			kind: 'failed',
			failure: { kind: 'timeout', message: 'No answer within 2 s.' },
		});
	});
});
