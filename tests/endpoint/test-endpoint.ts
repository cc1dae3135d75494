import { isJsonObject, numberAt, textAt, type JsonObject } from '#domain/json.ts';
import { plainPath } from './azure-path.ts';
import { createCertificate } from './certificate.ts';
import { deliver, passed } from './deliver.ts';
import { choicesAsked, countTokens, echoCompletion, echoCreated, sentText } from './echo.ts';
import type { Exchange, HeaderRecord, Protocol } from './exchange.ts';
import { Gate } from './gate.ts';
import { openHttp1 } from './http1-front.ts';
import { openHttp2 } from './http2-front.ts';
import { Ledger, type EndpointRequest, type LedgerEntry } from './ledger.ts';
import { HiddenLimiter, type Cost, type HiddenLimits } from './limiter.ts';
import { isRefusal, refusalOf, type RefusalName } from './refusals.ts';
import { isWithoutCors, jsonReply, refusalReply, replyTo, type Reply } from './replies.ts';
import { delayOf, markedScenario, type Scenario, type ScenarioChoice } from './scenario.ts';

export interface TestEndpointOptions {
	/** `http2` is spoken over TLS, with a certificate that vouches for itself. Left out: `http1`. */
	readonly protocol?: Protocol;
	/** Of one HTTP/2 connection. Left out: 256, as many as Chromium opens. */
	readonly maxConcurrentStreams?: number;
	/** How a request is answered where its prompt holds no marker. Left out: every one plainly. */
	readonly scenario?: ScenarioChoice<EndpointRequest>;
	/** What holds requests back beside that. Left out: nothing. */
	readonly limits?: HiddenLimits;
	/** The plain reply to a body. Left out: `echoCompletion`. */
	readonly answer?: (body: JsonObject) => JsonObject;
	/** A reply of the test's own; null: as without it. */
	readonly reply?: (request: EndpointRequest, seenBefore: number) => Reply | null;
	/** The only key that is let in; every other gets `wrongKey`. Left out: any, and none. */
	readonly key?: string;
	/** What `GET /v1/models` lists: names, or with all that is said of a model. */
	readonly models?: readonly (string | JsonObject)[];
	/** Response headers that a browser may read; as at OpenAI, only those that name the request. */
	readonly exposedHeaders?: string;
	/** Seconds for which a browser may remember a preflight. Left out: it is not said. */
	readonly preflightMaxAge?: number;
	/** Whether answers are held back from the start. */
	readonly held?: boolean;
	/** How many entries the ledger keeps at least; its counts are always of all. Left out: every one. */
	readonly kept?: number;
	/** Epoch milliseconds, for hints that are dates and for the certificate. */
	readonly epoch?: () => number;
}

export interface TestEndpoint {
	/** The base URL to type, such as `http://127.0.0.1:<port>/v1`. */
	readonly url: string;
	readonly origin: string;
	/** What a client has to trust to call an `https://` one; null for HTTP/1.1. */
	readonly certificate: string | null;
	readonly ledger: Ledger;
	/** Milliseconds since it started, as the ledger's times are. */
	now(): number;
	/** Answers from now on as told, for requests that arrive from now on. */
	play(scenario: Scenario | ScenarioChoice<EndpointRequest>): void;
	/** How lists of models are answered from now on. */
	playModels(scenario: ModelsScenario): void;
	/** No answer leaves until `release` or `letThrough`. */
	hold(): void;
	release(): void;
	/** Lets so many answers go, in order of arrival, and holds the rest. */
	letThrough(count: number): void;
	/** Breaks every connection. */
	close(): Promise<void>;
}

/** As a completion's, as far as a list can be answered so. */
export type ModelsScenario = 'plainReply' | 'withoutCors' | RefusalName;

const completionPaths: readonly string[] = [
	'/v1/chat/completions',
	'/v1/completions',
	'/v1/responses',
];

/** A small stand-in for the API on this machine, over real HTTP, with a ledger of all that reached it. */
export async function createTestEndpoint(options: TestEndpointOptions = {}): Promise<TestEndpoint> {
	const ledger = new Ledger(options.kept);
	const gate = new Gate(options.held !== true);
	const limiter = new HiddenLimiter(options.limits ?? {});
	const startedAt = performance.now();
	const now = (): number => performance.now() - startedAt;
	const epoch = options.epoch ?? ((): number => Date.now());
	const answer = options.answer ?? echoCompletion;
	let modelsScenario: ModelsScenario = 'plainReply';
	let choose: ScenarioChoice<EndpointRequest> = options.scenario ?? (() => 'plainReply');

	const scenarioFor = (request: EndpointRequest, seenBefore: number): Scenario => {
		if (options.key !== undefined && request.key !== options.key) return 'wrongKey';
		return markedScenario(sentText(request.body), seenBefore) ?? choose(request, seenBefore);
	};

	const cors: HeaderRecord = {
		'access-control-allow-origin': '*',
		'access-control-expose-headers': options.exposedHeaders ?? 'X-Request-ID, CF-Ray',
	};
	const answerPlainly = (exchange: Exchange, reply: Reply, headers = cors): void => {
		void deliver(exchange, reply, headers);
	};

	const complete = async (exchange: Exchange): Promise<void> => {
		const text = await exchange.body();
		if (text === null) return;
		const parsed = parseJson(text);
		if (!isJsonObject(parsed)) {
			answerPlainly(exchange, plainError(400, 'We could not parse the JSON body of your request.'));
			return;
		}
		const { path, query, headers, protocol } = exchange;
		const sent = sentText(parsed);
		const request: EndpointRequest = {
			arrival: ledger.arrivals,
			protocol,
			path,
			query,
			headers,
			body: parsed,
			row: /\[\[row:([^\]]+)\]\]/.exec(sent)?.[1] ?? sent,
			key: keyOf(exchange),
			arrivedAt: now(),
		};
		const seenBefore = ledger.noteSeen(path, text);
		const scenario = scenarioFor(request, seenBefore);
		const entry: LedgerEntry = {
			...request,
			seenBefore,
			scenario,
			limited: false,
			status: null,
			ending: 'open',
			endedAt: null,
		};
		exchange.closed.addEventListener('abort', () => {
			ledger.noteEnding(entry, exchange.leftWhole() ? 'answered' : 'aborted', now());
		});
		ledger.noteArrival(entry);
		const cost = costOf(parsed);
		const refusal = limiter.refuse(cost, now());
		entry.limited = refusal !== null;

		if (refusal === null) {
			await gate.passed(exchange.closed);
			await passed(delayOf(scenario), exchange.closed);
			if (exchange.closed.aborted) return;
		}
		const completion = answer(parsed);
		const reply =
			refusal === null
				? (options.reply?.(request, seenBefore) ??
					replyTo(scenario, request, seenBefore, completion, epoch()))
				: refusalReply(refusal);
		if (refusal === null) limiter.done(cost, tokensUsed(completion), now());
		if (reply.kind === 'whole') entry.status = reply.status;
		if (reply.kind === 'pieces' || reply.kind === 'cutOff') entry.status = 200;
		const isReset = reply.kind === 'reset' || (reply.kind === 'cutOff' && reply.then === 'reset');
		if (isReset) ledger.noteEnding(entry, 'reset', now());
		await deliver(exchange, reply, {
			...(isWithoutCors(scenario) ? {} : cors),
			...limiter.headers(cost.model, now()),
			'x-request-id': `req_${String(entry.arrival)}`,
			'cf-ray': `${String(entry.arrival)}-TST`,
		});
	};

	const listModels = (exchange: Exchange): void => {
		const list = modelList(options.models ?? ['test-small', 'test-large']);
		const key = keyOf(exchange);
		const isWrongKey = options.key !== undefined && key !== options.key;
		if (isWrongKey)
			answerPlainly(exchange, plainError(401, 'Incorrect API key provided.', 'invalid_api_key'));
		else if (isRefusal(modelsScenario))
			answerPlainly(
				exchange,
				refusalReply(refusalOf(modelsScenario, { model: '', key: key ?? '', epoch: epoch() })),
			);
		else
			answerPlainly(exchange, jsonReply(200, list), modelsScenario === 'withoutCors' ? {} : cors);
	};

	const receive = (exchange: Exchange): void => {
		const { method, path, query, headers } = exchange;
		if (method === 'POST' && completionPaths.includes(plainPath(path))) {
			void complete(exchange);
			return;
		}
		ledger.noteOther({ method, path, query, headers });
		if (method === 'OPTIONS') answerPlainly(exchange, preflightReply(exchange, options));
		else if (method === 'GET' && plainPath(path) === '/v1/models') listModels(exchange);
		else answerPlainly(exchange, plainError(404, `Invalid URL (${method} ${path})`));
	};

	const isHttp2 = options.protocol === 'http2';
	const certificate = isHttp2 ? createCertificate(new Date(epoch())) : null;
	const front =
		certificate === null
			? await openHttp1(receive)
			: await openHttp2(certificate, options.maxConcurrentStreams ?? 256, receive);

	return {
		url: `${front.origin}/v1`,
		origin: front.origin,
		certificate: certificate?.cert ?? null,
		ledger,
		now,
		play: (scenario) => {
			choose = typeof scenario === 'function' ? scenario : () => scenario;
		},
		playModels: (scenario) => {
			modelsScenario = scenario;
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
		close: () => front.close(),
	};
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

const keyOf = ({ headers }: Exchange): string | null => {
	const own = headers['api-key'];
	if (typeof own === 'string') return own;
	return /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1] ?? null;
};

/** As many tokens as an endpoint sets aside when a request arrives. */
const costOf = (body: JsonObject): Cost => ({
	model: textAt(body, 'model') ?? '',
	tokens:
		countTokens(sentText(body)) +
		choicesAsked(body) *
			(numberAt(body, 'max_completion_tokens') ??
				numberAt(body, 'max_output_tokens') ??
				numberAt(body, 'max_tokens') ??
				0),
});

function tokensUsed(completion: JsonObject): number {
	const { usage } = completion;
	return isJsonObject(usage) ? (numberAt(usage, 'total_tokens') ?? 0) : 0;
}

const plainError = (status: number, message: string, code: string | null = null): Reply =>
	jsonReply(status, { error: { message, type: 'invalid_request_error', param: null, code } });

const modelList = (models: readonly (string | JsonObject)[]): JsonObject => ({
	object: 'list',
	data: models.map((model) => ({
		object: 'model',
		created: echoCreated,
		owned_by: 'test',
		...(typeof model === 'string' ? { id: model } : model),
	})),
});

/** Any method and any header, as api.openai.com allows. */
const preflightReply = (
	{ headers }: Exchange,
	{ preflightMaxAge }: TestEndpointOptions,
): Reply => ({
	kind: 'whole',
	status: 200,
	headers: {
		'access-control-allow-methods': 'GET, POST, OPTIONS',
		'access-control-allow-headers': headers['access-control-request-headers'] ?? '*',
		...(preflightMaxAge === undefined ? {} : { 'access-control-max-age': String(preflightMaxAge) }),
	},
	body: '',
});
