import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const types: Readonly<Record<string, string>> = {
	'.html': 'text/html',
	'.js': 'text/javascript',
	'.css': 'text/css',
	'.svg': 'image/svg+xml',
	'.csv': 'text/csv',
	'.json': 'application/json',
	'.webmanifest': 'application/manifest+json',
};

export interface StaticHost {
	readonly url: string;
	/** What it serves from now on. */
	serve(folder: string): void;
	close(): Promise<void>;
}

/** A host that only knows files: no headers of ours, no fallback. */
export async function staticHost(folder: string, under = '/'): Promise<StaticHost> {
	let served = path.resolve(folder);
	const server = createServer((request, response) => {
		const { pathname } = new URL(request.url ?? '/', 'http://host');
		const inside = pathname.startsWith(under) ? pathname.slice(under.length) : null;
		const file = inside === '' ? 'index.html' : inside;
		if (file === null || file.includes('..')) {
			response.writeHead(404).end();
			return;
		}
		readFile(path.join(served, file)).then(
			(body) =>
				response
					.writeHead(200, {
						'content-type': types[path.extname(file)] ?? 'application/octet-stream',
					})
					.end(body),
			() => response.writeHead(404).end(),
		);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${String(port)}${under}`,
		serve: (next) => {
			served = path.resolve(next);
		},
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => {
					resolve();
				});
			}),
	};
}
