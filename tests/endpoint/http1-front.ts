import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathOf, queryOf, textOf, type Exchange, type Front } from './exchange.ts';

/** HTTP/1.1 in the clear, as local model servers speak it. */
export async function openHttp1(onExchange: (exchange: Exchange) => void): Promise<Front> {
	const server = createServer((incoming, response) => {
		onExchange(exchangeOf(incoming, response));
	});
	// An idle connection that is closed just as the browser takes it up again would be a network error that nobody asked for.
	server.keepAliveTimeout = 0;
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	// Listening on TCP, where the address is never a pipe's name.
	const { port } = server.address() as AddressInfo;
	return {
		origin: `http://127.0.0.1:${String(port)}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => {
					resolve();
				});
				server.closeAllConnections();
			}),
	};
}

function exchangeOf(incoming: IncomingMessage, response: ServerResponse): Exchange {
	const closed = new AbortController();
	response.once('close', () => {
		closed.abort();
	});
	return {
		protocol: 'http1',
		method: incoming.method ?? '',
		path: pathOf(incoming.url ?? '/'),
		query: queryOf(incoming.url ?? '/'),
		headers: incoming.headers,
		body: () => textOf(incoming),
		closed: closed.signal,
		leftWhole: () => response.writableFinished,
		head: (status, headers) => {
			response.writeHead(status, headers);
			response.flushHeaders();
		},
		write: (bytes) =>
			new Promise((resolve) => {
				response.write(bytes, () => {
					resolve();
				});
			}),
		end: () => response.end(),
		breakOff: () => response.socket?.resetAndDestroy(),
	};
}
