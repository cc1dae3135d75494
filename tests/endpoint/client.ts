import {
	connect,
	constants,
	type IncomingHttpHeaders,
	type IncomingHttpStatusHeader,
} from 'node:http2';
import type { JsonObject } from '#domain/json.ts';
import type { TestEndpoint } from './test-endpoint.ts';

export interface Answer {
	readonly status: number;
	readonly header: (name: string) => string | null;
	readonly bytes: Buffer;
	readonly text: string;
	/** How many pieces the body came in. */
	readonly pieces: number;
}

export interface Call {
	readonly method?: string;
	readonly path?: string;
	readonly key?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal;
	/** Calls back once the headers are there. */
	readonly onHead?: () => void;
	/** Calls back with each piece of the body. */
	readonly onPiece?: (piece: Uint8Array) => void;
}

/** Calls an endpoint in its own protocol, and rejects where the answer does not come whole. No redirect is followed. */
export function call(
	endpoint: TestEndpoint,
	body: JsonObject | null,
	options: Call = {},
): Promise<Answer> {
	const sent = body === null ? null : JSON.stringify(body);
	const headers = {
		...(sent === null ? {} : { 'content-type': 'application/json' }),
		authorization: `Bearer ${options.key ?? 'sk-test-key-0123456789'}`,
		...options.headers,
	};
	return endpoint.certificate === null
		? overHttp1(endpoint, sent, headers, options)
		: overHttp2(endpoint, endpoint.certificate, sent, headers, options);
}

async function overHttp1(
	{ origin }: TestEndpoint,
	sent: string | null,
	headers: Readonly<Record<string, string>>,
	{ method = 'POST', path = '/v1/chat/completions', signal, onHead, onPiece }: Call,
): Promise<Answer> {
	const response = await fetch(origin + path, {
		method,
		headers,
		body: sent,
		redirect: 'manual',
		...(signal === undefined ? {} : { signal }),
	});
	onHead?.();
	const pieces: Uint8Array[] = [];
	for await (const piece of response.body ?? []) {
		pieces.push(piece);
		onPiece?.(piece);
	}
	return answerOf(response.status, (name) => response.headers.get(name), pieces);
}

function overHttp2(
	{ origin }: TestEndpoint,
	certificate: string,
	sent: string | null,
	headers: Readonly<Record<string, string>>,
	{ method = 'POST', path = '/v1/chat/completions', signal, onHead, onPiece }: Call,
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const session = connect(origin, { ca: certificate });
		session.on('error', reject);
		const stream = session.request({ ':method': method, ':path': path, ...headers });
		let answered: IncomingHttpHeaders & IncomingHttpStatusHeader = {};
		const pieces: Uint8Array[] = [];
		let isWhole = false;
		stream.on('response', (received) => {
			answered = received;
			onHead?.();
		});
		stream.on('data', (piece: Uint8Array) => {
			pieces.push(piece);
			onPiece?.(piece);
		});
		stream.on('end', () => {
			isWhole = true;
		});
		stream.on('error', reject);
		stream.on('close', () => {
			session.close();
			if (!isWhole || stream.rstCode !== constants.NGHTTP2_NO_ERROR)
				reject(new Error(`The stream was closed with code ${String(stream.rstCode)}`));
			const header = (name: string): string | null => {
				const value = answered[name];
				return typeof value === 'string' ? value : null;
			};
			resolve(answerOf(answered[':status'] ?? 0, header, pieces));
		});
		signal?.addEventListener('abort', () => {
			stream.close(constants.NGHTTP2_CANCEL);
		});
		stream.end(sent ?? undefined);
	});
}

function answerOf(
	status: number,
	header: (name: string) => string | null,
	pieces: readonly Uint8Array[],
): Answer {
	const bytes = Buffer.concat(pieces);
	return { status, header, bytes, text: bytes.toString('utf8'), pieces: pieces.length };
}
