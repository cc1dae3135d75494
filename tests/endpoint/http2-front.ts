import {
	constants,
	createSecureServer,
	type IncomingHttpHeaders,
	type ServerHttp2Session,
	type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate.ts';
import { pathOf, queryOf, textOf, type Exchange, type Front } from './exchange.ts';

/** HTTP/2 over TLS and nothing else, as hosted endpoints speak it to a browser. */
export async function openHttp2(
	certificate: Certificate,
	maxConcurrentStreams: number,
	onExchange: (exchange: Exchange) => void,
): Promise<Front> {
	const options = {
		...certificate,
		allowHTTP1: false,
		settings: { maxConcurrentStreams },
		// In MB, for all answers of one connection together: some are 10 MB long.
		maxSessionMemory: 1_000,
		// A client that gives up on thousands of stalled answers is the test, not an attack.
		streamResetBurst: 1_000_000,
		streamResetRate: 1_000_000,
	};
	const server = createSecureServer(options);
	const sessions = new Set<ServerHttp2Session>();
	server.on('session', (session) => {
		sessions.add(session);
		session.once('close', () => sessions.delete(session));
		// A connection that breaks is what some tests are about; each of its streams is told on its own.
		session.on('error', () => undefined);
	});
	server.on('stream', (stream, headers) => {
		onExchange(exchangeOf(stream, headers));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	// Listening on TCP, where the address is never a pipe's name.
	const { port } = server.address() as AddressInfo;
	return {
		origin: `https://127.0.0.1:${String(port)}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => {
					resolve();
				});
				for (const session of sessions) session.destroy();
			}),
	};
}

function exchangeOf(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Exchange {
	const closed = new AbortController();
	stream.once('close', () => {
		closed.abort();
	});
	// Reset by the other side: that it did is what `leftWhole` tells.
	stream.on('error', () => undefined);
	return {
		protocol: 'http2',
		method: headers[':method'] ?? '',
		path: pathOf(headers[':path'] ?? '/'),
		query: queryOf(headers[':path'] ?? '/'),
		headers,
		body: () => textOf(stream),
		closed: closed.signal,
		leftWhole: () => stream.writableFinished && stream.rstCode === constants.NGHTTP2_NO_ERROR,
		head: (status, answered) => {
			if (!stream.destroyed) stream.respond({ ...answered, ':status': status });
		},
		write: (bytes) =>
			new Promise((resolve) => {
				if (stream.destroyed) resolve();
				else
					stream.write(bytes, () => {
						resolve();
					});
			}),
		end: () => stream.end(),
		// `close` would end the body properly first.
		breakOff: () => stream.destroy(new Error('Broken off')),
	};
}
