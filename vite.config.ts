import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import sbom from 'rollup-plugin-sbom';
import { defineConfig, type Plugin, type Rolldown } from 'vite';
import { offline } from './.ci/offline-plugin.ts';
import { documentPolicy, headersFile, siteHeaders } from './site.config.ts';

const policy = (): Plugin => ({
	name: 'volley-content-security-policy',
	apply: 'build',
	transformIndexHtml: () => [
		{
			tag: 'meta',
			attrs: { 'http-equiv': 'Content-Security-Policy', content: documentPolicy },
			injectTo: 'head-prepend',
		},
		{ tag: 'meta', attrs: { name: 'referrer', content: 'no-referrer' }, injectTo: 'head-prepend' },
	],
	generateBundle() {
		this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile });
	},
});

type BundleHook = (
	this: Rolldown.PluginContext,
	options: Rolldown.NormalizedOutputOptions,
	bundle: Rolldown.OutputBundle,
	isWrite: boolean,
) => void | Promise<void>;

/** What of other people's code is in the page, or in the worker: a CycloneDX list that goes out with the site. */
function bill(of: 'page' | 'worker'): Plugin {
	// Its types are those of Rollup, which is not here.
	const plugin: unknown = sbom({
		...{ outDir: 'sbom', outFilename: of, outFormats: ['json'] },
		// The same source gives the same bytes.
		...{ saveTimestamp: false, includeWellKnown: false },
	});
	const { generateBundle, ...hooks } = plugin as Plugin & { readonly generateBundle: BundleHook };
	return {
		...hooks,
		apply: 'build',
		// The worker that sends has no code of others, and its empty list would take the place of the engine's.
		async generateBundle(options, bundle, isWrite) {
			const modules = Object.values(bundle).flatMap((file) =>
				file.type === 'chunk' ? file.moduleIds : [],
			);
			if (modules.some((id) => id.includes('/node_modules/')))
				await generateBundle.call(this, options, bundle, isWrite);
		},
	};
}

/** What is only told to whoever works on the build would stand between a newcomer and the address of the page. */
const quiet = {
	checks: { bundlerTimings: false },
	onLog: (level, log, tell) => {
		if (log.plugin !== 'rollup-plugin-sbom') tell(level, log);
	},
} satisfies Rolldown.InputOptions;

/** Of the package, and the commit where there is one. */
function version(): string {
	const { version: released } = JSON.parse(readFileSync('package.json', 'utf8')) as {
		readonly version: string;
	};
	const { status, stdout } = spawnSync('git', ['rev-parse', '--short=7', 'HEAD'], {
		encoding: 'utf8',
	});
	return status === 0 ? `${released} (${stdout.trim()})` : released;
}

export default defineConfig({
	define: { __VOLLEY_VERSION__: JSON.stringify(version()) },
	base: './',
	plugins: [svelte(), policy(), bill('page'), offline()],
	worker: {
		format: 'es',
		plugins: () => [bill('worker')],
		// So that its parts are told from the page's, whose size has a budget of its own.
		rolldownOptions: {
			...quiet,
			output: { chunkFileNames: 'assets/worker-part-[name]-[hash].js' },
		},
	},
	build: {
		target: 'es2023',
		modulePreload: { polyfill: false },
		assetsInlineLimit: 0,
		// What the first paint needs is one file, whatever parts of the page share it: its size is budgeted as such.
		rolldownOptions: {
			...quiet,
			output: { codeSplitting: { groups: [{ name: 'index', tags: ['$initial'] }] } },
		},
	},
	server: { host: 'localhost' },
	preview: { host: 'localhost', headers: siteHeaders },
});
