import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const pageRooms = ['src/main.ts', 'src/{ui,state,client,contract}/**'];
const workerRooms = ['src/{worker,engine,openai,storage,tabular,tokens,demo}/**'];

/**
 * Types come from the tsconfig that also checks the files, named here: the project service would look for it in the
 * folders above a file, and the rooms of the worker have theirs beside them.
 */
const typesFrom = (project, files) => ({
	files,
	languageOptions: {
		parserOptions: {
			project,
			tsconfigRootDir: import.meta.dirname,
			extraFileExtensions: ['.svelte'],
		},
	},
});

const forbidden = (message, names) => names.map((name) => ({ name, message }));

const injected = 'The clock and chance are given from outside (see the ports).';
const workersOnly = 'Only the worker touches the network and the storage: ask EngineApi.';

export default defineConfig(
	globalIgnores(['dist/', '.cache/', 'test-results/', 'playwright-report/']),
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },

	js.configs.recommended,
	ts.configs.strictTypeChecked,
	ts.configs.stylisticTypeChecked,
	svelte.configs.recommended,
	typesFrom('tsconfig.json', pageRooms),
	typesFrom('src/worker/tsconfig.json', workerRooms),
	typesFrom('src/offline/tsconfig.json', ['src/offline/**']),
	typesFrom('src/domain/tsconfig.json', ['src/domain/**']),
	typesFrom('tests/tsconfig.json', ['tests/**/*.ts', '*.config.ts', '.ci/*.ts']),

	{
		rules: {
			eqeqeq: 'error',
			'no-console': 'error',
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/switch-exhaustiveness-check': [
				'error',
				{ considerDefaultExhaustiveForUnions: true },
			],
			// The compiler keeps what it knows of a field or a captured variable across an await, where others change it: the rule
			// then calls the very check that matters unnecessary.
			'@typescript-eslint/no-unnecessary-condition': 'off',
			// A recursive type of JSON has to be an interface.
			'@typescript-eslint/consistent-indexed-object-style': 'off',
			// Spreading a string is how its code points are had.
			'@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
			// `onclick={() => press()}` gives nothing back, and nobody asks.
			'@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
			// An empty arrow is a clear way to say that nothing is to happen.
			'@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
			// `({ kind }) => …` and `(_row, index) => …` keep the names of what they leave out.
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
			// noPropertyAccessFromIndexSignature asks for the brackets that this rule would take away.
			'@typescript-eslint/dot-notation': 'off',
		},
	},
	{
		files: ['src/**'],
		rules: {
			'no-restricted-syntax': [
				'error',
				{ selector: 'ExportDefaultDeclaration', message: 'Exports have names.' },
				{
					selector: 'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]',
					message: 'What a model or a file says is text, never HTML.',
				},
			],
		},
	},
	{
		files: ['src/{domain,engine}/**'],
		rules: {
			'no-restricted-globals': [
				'error',
				...forbidden(injected, ['setTimeout', 'setInterval', 'performance', 'crypto', 'fetch']),
			],
			'no-restricted-properties': [
				'error',
				{ object: 'Date', property: 'now', message: injected },
				{ object: 'Math', property: 'random', message: injected },
			],
		},
	},
	{
		files: pageRooms,
		rules: {
			'no-restricted-globals': [
				'error',
				...forbidden(workersOnly, ['fetch', 'XMLHttpRequest', 'indexedDB']),
			],
		},
	},

	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: {
			globals: globals.browser,
			parserOptions: { parser: ts.parser, svelteConfig },
		},
		rules: {
			// Routes are hashes of this one page; the rule is about SvelteKit's router.
			'svelte/no-navigation-without-resolve': 'off',
			// `void value;` in an effect is how it comes to depend on the value.
			'@typescript-eslint/no-meaningless-void-operator': 'off',
			// Props are declared once with `let … = $props()`, some of them bindable.
			'prefer-const': 'off',
			'svelte/prefer-const': 'error',
			'svelte/button-has-type': 'error',
			'svelte/no-target-blank': 'error',
			// The compiler's warnings, those about accessibility among them.
			'svelte/valid-compile': 'error',
		},
	},
	{
		// The sample tables are files of the site itself; nothing else is fetched by the page.
		files: ['src/ui/compose/fetch-sample.ts'],
		rules: { 'no-restricted-globals': 'off' },
	},
	{
		// What is erased is erased with the engine ended, and looked for afterwards.
		files: ['src/client/erase.ts'],
		rules: { 'no-restricted-globals': 'off' },
	},
	{
		// Characters of a literal.
		files: ['tests/**'],
		rules: { '@typescript-eslint/no-misused-spread': 'off' },
	},
	{
		files: ['tests/**'],
		rules: {
			'no-restricted-syntax': [
				'error',
				{
					selector:
						"CallExpression[callee.property.name='toMatchObject'] Property > Literal[regex]",
					message: 'Every text is equal to a pattern here: expect.stringMatching(…) looks at it.',
				},
			],
		},
	},
	{
		// Here the parser knows a component's props and events as `any`; svelte-check knows them and checks them.
		files: ['**/*.svelte'],
		rules: {
			'@typescript-eslint/no-unsafe-argument': 'off',
			'@typescript-eslint/no-unsafe-assignment': 'off',
			'@typescript-eslint/no-unsafe-call': 'off',
			'@typescript-eslint/no-unsafe-member-access': 'off',
			'@typescript-eslint/no-unsafe-return': 'off',
		},
	},
	{
		// Configuration and the commands of this repository: plain JavaScript for Node, read by tools that want a default export.
		files: ['**/*.{js,cjs,mjs}'],
		extends: [ts.configs.disableTypeChecked],
		languageOptions: { globals: globals.node },
		rules: { 'no-console': 'off' },
	},
	{
		files: ['**/*.cjs'],
		languageOptions: { sourceType: 'commonjs' },
	},
	prettier,
	svelte.configs.prettier,
	{
		// Parts of these are handed to a page or a worker and run there.
		files: ['tests/{bench,real,firefox}/**', 'tests/kill/**', 'docs/*.mjs'],
		languageOptions: { globals: { ...globals.browser, ...globals.node } },
	},
);
