import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, test } from './fixtures.ts';

const types: Readonly<Record<string, string>> = {
	'.html': 'text/html',
	'.js': 'text/javascript',
	'.css': 'text/css',
	'.svg': 'image/svg+xml',
	'.csv': 'text/csv',
};

test('the built site works from any sub-path of a host that only knows files', async ({ app }) => {
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
	await app.page.goto(`http://127.0.0.1:${String(port)}/some/where/`);
	await app.button('Use sample data').click();
	await expect(app.page.getByText('72 rows').first()).toBeVisible();
	await app.start();
	await app.finished();
	expect(await app.downloadJson()).toHaveLength(72);
	server.closeAllConnections();
	server.close();
});
