// @ts-check
// Draws who imports whom, room by room, into src/README.md. With --check it only says whether the drawing is the code's.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { cruise } from 'dependency-cruiser';

const page = new URL('../src/README.md', import.meta.url);
const [opening, closing] = ['<!-- diagram -->', '<!-- /diagram -->'];

/** @param {string} file */
const roomOf = (file) => /^src\/(?:([^/]+)\/|(main)\.ts$)/.exec(file)?.slice(1).find(Boolean);

async function diagram() {
	const { output } = await cruise(['src'], {
		doNotFollow: { path: 'node_modules' },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.base.json' },
	});
	if (typeof output === 'string') throw new Error('dependency-cruiser gave text, not modules');
	const edges = new Set();
	for (const { source, dependencies } of output.modules)
		for (const { resolved } of dependencies) {
			const [from, to] = [roomOf(source), roomOf(resolved)];
			// What starts a worker imports its address, and nothing of what is in it.
			if (resolved.endsWith('.worker.ts')) continue;
			// Every room imports domain: those arrows would hide the others.
			if (from !== undefined && to !== undefined && from !== to && to !== 'domain')
				edges.add(`\t${from} --> ${to}`);
		}
	// The arrow of the addresses left out above.
	edges.add('\tclient -. starts .-> worker');
	return ['```mermaid', 'flowchart TD', ...[...edges].sort(), '```'].join('\n');
}

const before = readFileSync(page, 'utf8');
const [head, rest = ''] = before.split(opening);
const [, tail = ''] = rest.split(closing);
const after = `${head}${opening}\n\n${await diagram()}\n\nEvery room also imports \`domain\`.\n\n${closing}${tail}`;
if (after !== before && process.argv.includes('--check')) {
	console.error('src/README.md: the diagram is out of date. Run npm run rooms:diagram.');
	process.exitCode = 1;
} else writeFileSync(page, after);
