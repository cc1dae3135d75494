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
};

export interface StaticSite {
	readonly url: string;
	close(): void;
}

/** The built site under a sub-path of a host that only knows files: it sends no headers of its own. */
export async function serveStatic(): Promise<StaticSite> {
	const dist = path.resolve('dist');
	const server = createServer((request, response) => {
		const { pathname } = new URL(request.url ?? '/', 'http://host');
		const inside = pathname.startsWith('/some/where/')
			? pathname.slice('/some/where/'.length)
			: null;
		const file = inside === '' ? 'index.html' : inside;
		if (file === null || file.includes('..')) {
			response.writeHead(404).end();
			return;
		}
		readFile(path.join(dist, file)).then(
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
		url: `http://127.0.0.1:${String(port)}/some/where/`,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}
