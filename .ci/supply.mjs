// What ships: exact versions, no install scripts, no foreign address, nothing that is not listed, the same bytes twice.
// `npm run build` comes before it.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { build } from 'vite';

/** Addresses in the built files, and why they stand there. The page reaches none by itself. */
const hosts = {
	'endpoints that a person can choose': [
		...['api.openai.com', 'host', 'name.openai.azure.com', 'openrouter.ai', 'api.together.xyz'],
		...['api.groq.com', 'api.mistral.ai', 'api.deepseek.com', 'api.anthropic.com'],
		...['generativelanguage.googleapis.com', 'localhost', '127.0.0.1'],
	],
	'regions of OpenAI that the openai package names': [
		...['us', 'eu', 'au', 'jp', 'in', 'ae', 'mtls'].map((part) => `${part}.api.openai.com`),
		'auth.openai.com',
	],
	'pages where a person gets a key': [
		...[
			'platform.openai.com',
			'platform.claude.com',
			'platform.deepseek.com',
			'aistudio.google.com',
		],
		...['console.groq.com', 'console.mistral.ai', 'api.together.ai', 'help.openai.com'],
	],
	'names that are no addresses': ['www.w3.org', 'demo.invalid', 'redacted.invalid'],
	'words of packages': ['svelte.dev', 'github.com', 'docs.expo.dev'],
};
const allowed = new Set(Object.values(hosts).flat());

const faults = [];
const json = async (file) => JSON.parse(await readFile(file, 'utf8'));
const own = await json('package.json');
const lock = await json('package-lock.json');

for (const [name, version] of Object.entries({ ...own.dependencies, ...own.devDependencies }))
	if (!/^\d+\.\d+\.\d+$/.test(version)) faults.push(`${name} ${version} is not an exact version`);
for (const [place, entry] of Object.entries(lock.packages)) {
	if (place === '' || entry.link === true) continue;
	if (entry.integrity === undefined) faults.push(`${place} has no integrity in the lockfile`);
	if (entry.hasInstallScript === true && entry.dev !== true)
		faults.push(`${place} ships and has an install script`);
}

const listed = new Set();
for (const part of ['page', 'worker'])
	for (const { name, version } of (await json(`dist/sbom/${part}.json`)).components) {
		listed.add(name);
		const locked = lock.packages[`node_modules/${name}`]?.version;
		if (locked !== version) faults.push(`${name} ${version} is listed, and ${locked} is locked`);
	}
for (const name of Object.keys(own.dependencies))
	if (!listed.has(name)) faults.push(`${name} is a dependency, and in none of the lists`);

const shipped = await filesIn('dist');
for (const [file, bytes] of shipped) {
	if (!/\.(js|css|html|svg|webmanifest)$/.test(file)) continue;
	// A host ends where no host goes on: `https://${name}` of a template has none.
	for (const [, host] of bytes.toString('utf8').matchAll(/(?:https?|wss?):\/\/([\w.-]*\w)/gi))
		if (!allowed.has(host.toLowerCase())) faults.push(`${file} names ${host}`);
}

const elsewhere = await mkdtemp(path.join(tmpdir(), 'volley-build-'));
try {
	await build({ logLevel: 'error', build: { outDir: elsewhere, emptyOutDir: true } });
	const again = await filesIn(elsewhere);
	for (const file of new Set([...shipped.keys(), ...again.keys()]))
		if (digest(shipped.get(file)) !== digest(again.get(file)))
			faults.push(`${file} is not the same when it is built again`);
} finally {
	await rm(elsewhere, { recursive: true, force: true });
}

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(
	`${shipped.size} files: the same bytes twice, ${listed.size} packages in them, all listed`,
);

/** By path, with their bytes. */
async function filesIn(folder) {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile());
	return new Map(
		await Promise.all(
			files.map(async (entry) => {
				const file = path.join(entry.parentPath, entry.name);
				return [path.relative(folder, file), await readFile(file)];
			}),
		),
	);
}

function digest(bytes) {
	return bytes === undefined ? null : createHash('sha256').update(bytes).digest('hex');
}
