// @ts-check

/** What each room may import: itself and these. src/README.md says what the rooms are for. */
const may = {
	domain: [],
	contract: ['domain'],
	tabular: ['domain'],
	openai: ['domain'],
	demo: ['domain'],
	engine: ['domain'],
	storage: ['domain'],
	tokens: ['domain'],
	worker: ['domain', 'contract', 'tabular', 'openai', 'demo', 'engine', 'storage', 'tokens'],
	client: ['domain', 'contract'],
	offline: ['domain'],
	state: ['domain', 'contract'],
	ui: ['domain', 'contract', 'state'],
};

/** The rooms that may import each package; no other package is imported at all. */
const owners = {
	papaparse: ['tabular/'],
	idb: ['storage/'],
	openai: ['openai/'],
	'gpt-tokenizer': ['tokens/'],
	comlink: ['worker/', 'client/'],
	svelte: ['state/', 'ui/', 'main\\.ts$'],
};

const anyOf = (/** @type {readonly string[]} */ patterns) => `(${patterns.join('|')})`;
const roomNames = Object.keys(may);

/** What starts a worker imports its address, and nothing of what is in it. */
const started = 'worker/[a-z]+\\.worker\\.ts$';

const rooms = Object.entries(may).map(([room, below]) => ({
	name: `${room}-imports-down`,
	severity: 'error',
	from: { path: `^src/${room}/` },
	to: {
		path: '^src/',
		pathNot: [
			`^src/${anyOf([room, ...below])}/`,
			...(room === 'client' ? [`^src/${started}`] : []),
		],
	},
}));

const packages = Object.entries(owners).map(([name, homes]) => ({
	name: `${name}-has-an-owner`,
	severity: 'error',
	from: { path: '^src/', pathNot: `^src/${anyOf(homes)}` },
	to: { path: `node_modules/(@types/)?${name}/` },
}));

module.exports = {
	forbidden: [
		...rooms,
		{
			name: 'main-introduces-the-page',
			comment: 'The worker and what is below it start with the worker, not with the page.',
			severity: 'error',
			from: { path: '^src/main\\.ts$' },
			to: {
				path: '^src/',
				pathNot: `^src/${anyOf(['ui', 'state', 'client', 'contract', 'domain'])}/`,
			},
		},
		{
			name: 'every-file-has-a-room',
			severity: 'error',
			from: { path: '^src/', pathNot: `^src/(${roomNames.join('|')})/|^src/main\\.ts$` },
			to: {},
		},
		...packages,
		{
			name: 'packages-have-owners',
			severity: 'error',
			from: { path: '^src/' },
			to: {
				path: 'node_modules/',
				pathNot: `node_modules/(@types/)?${anyOf(Object.keys(owners))}/`,
			},
		},
		{
			name: 'no-node-in-a-browser',
			severity: 'error',
			from: { path: '^src/' },
			to: { dependencyTypes: ['core'] },
		},
		{
			name: 'resolvable',
			severity: 'error',
			from: {},
			// Vite's own suffixes, such as `?worker&url`, name no file.
			to: { couldNotResolve: true, pathNot: '\\?' },
		},
		{
			name: 'rooms-are-named',
			comment: 'Across rooms an import is #room/file.ts, so that each line says where it goes.',
			severity: 'error',
			from: { path: '^src/([^/]+)/' },
			to: {
				path: '^src/',
				pathNot: ['^src/$1/', `^src/${started}`],
				dependencyTypesNot: ['aliased-subpath-import'],
			},
		},
		{ name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
		{
			name: 'no-orphans',
			severity: 'error',
			// Declarations are found by the compiler.
			from: {
				orphan: true,
				pathNot: ['\\.d\\.ts$', '\\.(json|md)$'],
			},
			to: {},
		},
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		// Imports of types are imports.
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.base.json' },
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['svelte', 'browser', 'import', 'types', 'default'],
			extensions: ['.ts', '.svelte', '.js', '.css', '.d.ts'],
		},
	},
};
