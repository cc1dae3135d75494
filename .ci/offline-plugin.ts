import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Plugin } from 'vite';
import type { BuiltSite } from '../src/offline/kept-site.ts';

const entry = 'src/offline/service-worker.ts';
/** Of no use without network, or read by the host alone. */
const leftOut = /^(sbom\/|_headers$|robots\.txt$|service-worker\.js$)/;
/** The vocabularies of `Count exactly`, megabytes each. */
const large = /-part-\w*k_base-/;

/** Writes the service worker beside the page, with the list of all files that the build has made. */
export const offline = (): Plugin => {
	let folder = '';
	return {
		name: 'volley-offline',
		apply: 'build',
		configResolved: ({ root, build: { outDir } }) => {
			folder = path.resolve(root, outDir);
		},
		closeBundle: {
			order: 'post',
			handler: async () => {
				const site = await builtSite(folder);
				const script = await bundled();
				const list = `const __VOLLEY_SITE__=${JSON.stringify(site)};`;
				await writeFile(path.join(folder, 'service-worker.js'), list + script);
			},
		},
	};
};

async function builtSite(folder: string): Promise<BuiltSite> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const paths = entries
		.filter((one) => one.isFile())
		.map((one) => path.relative(folder, path.join(one.parentPath, one.name)))
		.map((one) => one.split(path.sep).join('/'))
		.filter((one) => !leftOut.test(one))
		.sort();
	const digests = await Promise.all(
		paths.map(async (one) => [
			one === 'index.html' ? '' : one,
			digest(await readFile(path.join(folder, one))),
		]),
	);
	const files = Object.fromEntries(digests) as BuiltSite['files'];
	return {
		version: digest(JSON.stringify(files)).slice(0, 16),
		files,
		later: paths.filter((one) => large.test(one)),
	};
}

const digest = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** A classic script: it imports nothing, and exports nothing. */
async function bundled(): Promise<string> {
	const made = await build({
		configFile: false,
		logLevel: 'error',
		resolve: { alias: { '#domain': path.resolve('src/domain') } },
		build: {
			write: false,
			target: 'es2023',
			lib: { entry, formats: ['iife'], name: 'serviceWorker' },
		},
	});
	const [output] = Array.isArray(made) ? made : [made];
	const chunk = output !== undefined && 'output' in output ? output.output[0] : undefined;
	if (chunk === undefined) throw new Error(`${entry} gave nothing.`);
	return chunk.code;
}
