import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJsonObject, type JsonObject } from '#domain/json.ts';
import { echoCompletion, echoCreated, sentText } from './echo.ts';
import { Gate } from './gate.ts';
import { Ledger, type EndpointRequest, type LedgerEntry } from './ledger.ts';
import { replyTo, type Reply } from './replies.ts';
import { delayOf, markedScenario, type Scenario, type ScenarioChoice } from './scenario.ts';

export interface TestEndpointOptions {
	/** How a request is answered where its prompt holds no marker. Left out: every one plainly. */
	readonly scenario?: ScenarioChoice<EndpointRequest>;
	/** The plain reply to a body. Left out: `echoCompletion`. */
	readonly answer?: (body: JsonObject) => JsonObject;
	/** The only key that is let in; every other gets `wrongKey`. Left out: any, and none. */
	readonly key?: string;
	/** What `GET /v1/models` lists. */
	readonly models?: readonly string[];
	/** Response headers that a browser may read; as at OpenAI, only the request's id. */
	readonly exposedHeaders?: string;
	/** Whether answers are held back from the start. */
	readonly held?: boolean;
}

export interface TestEndpoint {
	/** The base URL to type: `http://127.0.0.1:<port>/v1`. */
	readonly url: string;
	readonly origin: string;
	readonly ledger: Ledger;
	/** Answers from now on as told, for requests that arrive from now on. */
	play(scenario: Scenario | ScenarioChoice<EndpointRequest>): void;
	/** No answer leaves until `release` or `letThrough`. */
	hold(): void;
	release(): void;
	/** Lets so many answers go, in order of arrival, and holds the rest. */
	letThrough(count: number): void;
	/** Breaks every connection. */
	close(): Promise<void>;
}

const completionPaths: readonly string[] = ['/v1/chat/completions', '/v1/completions'];

/** A small stand-in for the API on this machine, over real HTTP, with a ledger of all that reached it. */
export async function createTestEndpoint(options: TestEndpointOptions = {}): Promise<TestEndpoint> {
	const ledger = new Ledger();
	const gate = new Gate(options.held !== true);
	const startedAt = performance.now();
	const now = (): number => performance.now() - startedAt;
	const answer = options.answer ?? echoCompletion;
	let choose: ScenarioChoice<EndpointRequest> = options.scenario ?? (() => 'plainReply');

	const scenarioFor = (request: EndpointRequest, seenBefore: number): Scenario => {
		if (options.key !== undefined && request.key !== options.key) return 'wrongKey';
		return markedScenario(sentText(request.body), seenBefore) ?? choose(request, seenBefore);
	};

	const complete = async (
		incoming: IncomingMessage,
		response: ServerResponse,
		path: string,
	): Promise<void> => {
		const text = await bodyOf(incoming);
		if (text === null) return;
		const parsed = parseJson(text);
		if (!isJsonObject(parsed)) {
			send(response, plainError(400, 'We could not parse the JSON body of your request.'));
			return;
		}
		const request: EndpointRequest = {
			arrival: ledger.requests.length,
			path,
			headers: incoming.headers,
			body: parsed,
			key: keyOf(incoming),
			arrivedAt: now(),
		};
		const seenBefore = ledger.noteSeen(path, text);
		const scenario = scenarioFor(request, seenBefore);
		const entry: LedgerEntry = {
			...request,
			seenBefore,
			scenario,
			status: null,
			ending: 'open',
			endedAt: null,
		};
		const gone = new AbortController();
		response.once('close', () => {
			gone.abort();
			ledger.noteEnding(entry, response.writableFinished ? 'answered' : 'aborted', now());
		});
		ledger.noteArrival(entry);

		await gate.passed(gone.signal);
		await passed(delayOf(scenario), gone.signal);
		if (gone.signal.aborted) return;
		if (scenario === 'withoutCors') response.removeHeader('access-control-allow-origin');
		response.setHeader('x-request-id', `req_${String(entry.arrival)}`);
		const reply = replyTo(scenario, request, seenBefore, answer(request.body));
		if (reply.kind === 'whole') entry.status = reply.status;
		if (reply.kind === 'reset' || reply.kind === 'half') ledger.noteEnding(entry, 'reset', now());
		send(response, reply);
	};

	const server = createServer((incoming, response) => {
		const path = new URL(incoming.url ?? '/', 'http://endpoint').pathname;
		const method = incoming.method ?? '';
		response.setHeader('access-control-allow-origin', '*');
		response.setHeader('access-control-expose-headers', options.exposedHeaders ?? 'X-Request-ID');
		if (method === 'POST' && completionPaths.includes(path)) {
			void complete(incoming, response, path);
			return;
		}
		ledger.noteOther({ method, path, headers: incoming.headers });
		if (method === 'OPTIONS') send(response, preflightReply(incoming));
		else if (method === 'GET' && path === '/v1/models')
			send(
				response,
				options.key !== undefined && keyOf(incoming) !== options.key
					? plainError(401, 'Incorrect API key provided.', 'invalid_api_key')
					: modelList(options.models ?? ['test-small', 'test-large']),
			);
		else send(response, plainError(404, `Invalid URL (${method} ${path})`));
	});
	// An idle connection that is closed just as the browser takes it up again would be a network error that nobody asked for.
	server.keepAliveTimeout = 0;
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	// Listening on TCP, where the address is never a pipe's name.
	const { port } = server.address() as AddressInfo;
	const origin = `http://127.0.0.1:${String(port)}`;

	return {
		url: `${origin}/v1`,
		origin,
		ledger,
		play: (scenario) => {
			choose = typeof scenario === 'function' ? scenario : () => scenario;
		},
		hold: () => {
			gate.hold();
		},
		release: () => {
			gate.release();
		},
		letThrough: (count) => {
			gate.letThrough(count);
		},
		close: () =>
			new Promise((resolve) => {
				server.close(() => {
					resolve();
				});
				server.closeAllConnections();
			}),
	};
}

/** Null where the other side went away before it had sent all of it. */
async function bodyOf(incoming: IncomingMessage): Promise<string | null> {
	const chunks: Uint8Array[] = [];
	try {
		// A request's stream yields Buffers as long as no encoding is set.
		for await (const chunk of incoming as AsyncIterable<Uint8Array>) chunks.push(chunk);
	} catch {
		return null;
	}
	return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

const keyOf = (incoming: IncomingMessage): string | null =>
	/^Bearer (.*)$/.exec(incoming.headers.authorization ?? '')?.[1] ?? null;

const passed = (milliseconds: number, gone: AbortSignal): Promise<void> =>
	milliseconds === 0
		? Promise.resolve()
		: new Promise((resolve) => {
				const timer = setTimeout(resolve, milliseconds);
				gone.addEventListener('abort', () => {
					clearTimeout(timer);
					resolve();
				});
			});

const jsonReply = (status: number, body: JsonObject): Reply => ({
	kind: 'whole',
	status,
	headers: { 'content-type': 'application/json' },
	body: JSON.stringify(body),
});

const plainError = (status: number, message: string, code: string | null = null): Reply =>
	jsonReply(status, { error: { message, type: 'invalid_request_error', param: null, code } });

const modelList = (models: readonly string[]): Reply =>
	jsonReply(200, {
		object: 'list',
		data: models.map((id) => ({ id, object: 'model', created: echoCreated, owned_by: 'test' })),
	});

/** Any method and any header, as api.openai.com allows. */
const preflightReply = (incoming: IncomingMessage): Reply => ({
	kind: 'whole',
	status: 200,
	headers: {
		'access-control-allow-methods': 'GET, POST, OPTIONS',
		'access-control-allow-headers': incoming.headers['access-control-request-headers'] ?? '*',
	},
	body: '',
});

function send(response: ServerResponse, reply: Reply): void {
	switch (reply.kind) {
		case 'whole':
			response.writeHead(reply.status, reply.headers).end(reply.body);
			return;
		case 'half': {
			const bytes = Buffer.from(reply.body);
			response.writeHead(200, {
				'content-type': 'application/json',
				'content-length': bytes.length,
			});
			response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.destroy());
			return;
		}
		case 'reset':
			response.socket?.resetAndDestroy();
			return;
		case 'never':
	}
}
