// @ts-check
// Runs the recipes of README.md and docs/recipes.md on files that the built page exported: npm run recipes.
// Those whose tool is not here are named and skipped. `--built`: dist/ is up to date. `--only sql`: that language alone.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { browserFlags, findBrowser } from '../browser/find-browser.mjs';

const port = Number(process.env['VOLLEY_RECIPES_PORT'] ?? 4189);
const guarded = '=SUM(A1:A9) is all the menu says';
const reviews = [
	'Very good coffee, I love it',
	'Terrible. Cold and bitter',
	guarded,
	'-1 for the smell, awful place',
	'Great “flat white”, friendly people',
	...Array.from({ length: 35 }, (_, i) =>
		i % 2 === 0 ? `Wonderful cup ${String(i)}` : `Horrible cup ${String(i)}, never again`,
	),
];

/** @typedef {{ id: string, row_index: number, choice_index: number | null, choice: unknown, response: string | null, row: Record<string, string>, error: { kind: string } | null, number_of_prompt_tokens: number | null, number_of_generated_tokens: number | null }} Item */

/** How a recipe is run, and whether that can be done here. */
const tools = {
	python: {
		file: 'recipe.py',
		command: ['python3'],
		here: () => runs('python3', '-c', 'import pandas'),
	},
	r: {
		file: 'recipe.R',
		command: ['Rscript'],
		here: () => runs('Rscript', '-e', 'library(jsonlite)'),
	},
	sql: {
		file: 'recipe.sql',
		command: [
			'python3',
			'-c',
			'import duckdb, sys\nfor row in duckdb.execute(open(sys.argv[1]).read()).fetchall(): print(*row, sep="  ")',
		],
		here: () => runs('python3', '-c', 'import duckdb'),
	},
};

/** What the output of a recipe must hold, told by the items themselves: each is a list of texts that stand on one line. */
const checks = {
	items: (/** @type {Item[]} */ items) => [[String(items.length), 'items']],
	answers: (/** @type {Item[]} */ items) =>
		[...grouped(items, ({ response }) => response)].map(([response, of]) => [
			String(response),
			String(of.length),
		]),
	wide: (/** @type {Item[]} */ items) =>
		[...grouped(items, ({ row_index }) => row_index)].map(([, of]) => [
			of[0]?.row['review'] ?? '',
			...of.map(({ response }) => String(response)),
		]),
	failures: (/** @type {Item[]} */ items) => {
		const failed = items.filter(({ error }) => error !== null);
		return [
			[String(failed.length), 'failed'],
			...failed.map(({ id, error }) => [id, error?.kind ?? '']),
		];
	},
	tokens: (/** @type {Item[]} */ items) => {
		const requests = items.filter(({ choice_index }) => choice_index === 0);
		const sum = (/** @type {'number_of_prompt_tokens' | 'number_of_generated_tokens'} */ key) =>
			String(requests.reduce((total, item) => total + (item[key] ?? 0), 0));
		return [[sum('number_of_prompt_tokens'), sum('number_of_generated_tokens')]];
	},
	unguarded: () => [[guarded], ['-1 for the smell, awful place']],
};

const folder = await mkdtemp(path.join(tmpdir(), 'volley-recipes-'));
try {
	if (!process.argv.includes('--built')) await build({ logLevel: 'warn' });
	const items = await exportFiles();
	const failed = items.filter(({ error }) => error !== null).length;
	console.log(`${String(items.length)} items exported, ${String(failed)} of them failures`);
	if (failed === 0) throw new Error('No request failed: the recipes about failures show nothing.');
	const recipes = [...(await recipesOf('README.md')), ...(await recipesOf('docs/recipes.md'))];
	const only = process.argv[process.argv.indexOf('--only') + 1];
	/** @type {Map<string, boolean>} */
	const isHere = new Map();
	let wrong = 0;
	for (const recipe of recipes) {
		const tool = tools[recipe.language];
		if (process.argv.includes('--only') && recipe.language !== only) continue;
		if (!isHere.has(recipe.language)) isHere.set(recipe.language, tool.here());
		if (isHere.get(recipe.language) === false) continue;
		const problem = await problemOf(recipe, tool, items);
		console.log(
			`${problem === null ? 'ok   ' : 'WRONG'} ${recipe.from}: ${recipe.language}, ${recipe.names.join(', ')}`,
		);
		if (problem !== null) {
			wrong++;
			console.log(problem);
		}
	}
	for (const [language, here] of isHere)
		if (!here) console.log(`skipped, not installed here: ${language}`);
	if (wrong > 0 || recipes.length === 0) process.exitCode = 1;
} finally {
	await rm(folder, { recursive: true, force: true });
}

/**
 * The answers, by a key.
 *
 * @param {Item[]} items
 * @param {(item: Item) => unknown} key
 */
function grouped(items, key) {
	/** @type {Map<unknown, Item[]>} */
	const groups = new Map();
	for (const item of items)
		if (item.choice !== null) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
	return groups;
}

/** @param {string} command @param {string[]} args */
function runs(command, ...args) {
	return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** A run on the Demo endpoint of the built page, exported in all formats; gives back what the JSON holds. */
async function exportFiles() {
	const site = await preview({
		preview: { port, host: '127.0.0.1', strictPort: true },
		logLevel: 'warn',
	});
	const executablePath = findBrowser();
	const browser = await chromium.launch({
		args: browserFlags,
		...(executablePath === null ? {} : { executablePath }),
	});
	try {
		const page = await browser.newPage();
		page.setDefaultTimeout(120_000);
		await page.goto(`http://127.0.0.1:${String(port)}/`);
		const quoted = reviews.map((text, i) => `${String(i + 1)},"${text}"`);
		await page.getByLabel('Data files').setInputFiles({
			name: 'coffee-reviews.csv',
			mimeType: 'text/csv',
			buffer: Buffer.from(`id,review\n${quoted.join('\n')}\n`),
		});
		await page.getByRole('combobox', { name: 'ID column' }).selectOption('id');
		await page
			.getByRole('group', { name: 'Template 1', exact: true })
			.getByRole('textbox', { name: 'User message' })
			.fill('Is this review positive or negative? Answer with one word: {review}');
		await page.getByRole('spinbutton', { name: 'Completions per prompt' }).fill('2');
		// The Demo fails now and then; without retries that shows in the files.
		await page.getByRole('spinbutton', { name: 'Max retries' }).fill('0');
		await page.getByRole('button', { name: /^Start run/ }).click();
		await page
			.getByText(/^finished/)
			.first()
			.waitFor();
		for (const format of ['JSON', 'JSONL', 'CSV']) {
			const [download] = await Promise.all([
				page.waitForEvent('download'),
				page.getByRole('button', { name: `Download ${format}`, exact: true }).click(),
			]);
			const bytes = await readFile(await download.path());
			const name = format.toLowerCase();
			await writeFile(path.join(folder, `results.${name}`), bytes);
			await writeFile(path.join(folder, `coffee-reviews-results.${name}`), bytes);
		}
	} finally {
		await browser.close();
		await site.close();
	}
	return /** @type {Item[]} */ (
		JSON.parse(await readFile(path.join(folder, 'results.json'), 'utf8'))
	);
}

/**
 * The blocks that a comment `<!-- recipe: … -->` stands before.
 *
 * @param {string} from
 */
async function recipesOf(from) {
	const text = await readFile(from, 'utf8');
	const blocks = text.matchAll(/<!-- recipe: ([a-z, ]+) -->\s*```(python|r|sql)\n([\s\S]*?)```/g);
	return [...blocks].map(([, names = '', language = '', code = '']) => ({
		from,
		names: /** @type {(keyof typeof checks)[]} */ (names.split(',').map((name) => name.trim())),
		language: /** @type {keyof typeof tools} */ (language),
		code,
	}));
}

/**
 * @param {Awaited<ReturnType<typeof recipesOf>>[number]} recipe
 * @param {(typeof tools)[keyof typeof tools]} tool
 * @param {Item[]} items
 */
async function problemOf({ code, names }, tool, items) {
	await writeFile(path.join(folder, tool.file), code);
	const [command = '', ...args] = tool.command;
	let output;
	try {
		output = execFileSync(command, [...args, tool.file], { cwd: folder, encoding: 'utf8' });
	} catch (cause) {
		return String(cause);
	}
	const lines = output.split('\n');
	const missing = names
		.flatMap((name) => checks[name](items))
		.filter((texts) => !lines.some((line) => texts.every((text) => line.includes(text))));
	if (names.includes('unguarded') && output.includes(`'=`))
		return `An apostrophe is left:\n${output}`;
	return missing.length === 0
		? null
		: `Missing ${JSON.stringify(missing.slice(0, 3))} in:\n${output}`;
}
