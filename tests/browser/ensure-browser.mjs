// @ts-check
// Finds a browser that starts, installing one where there is none, and runs the command given in its arguments with it:
//     node tests/browser/ensure-browser.mjs [command…]
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { browserFlags, browsersHere } from './find-browser.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const playwrightCli = path.join(root, 'node_modules/@playwright/test/cli.js');

/**
 * The version of a browser that starts; null of one that does not: a stub, or one whose libraries are missing.
 * @param {string} executablePath
 */
async function versionOf(executablePath) {
	try {
		const browser = await chromium.launch({ executablePath, args: browserFlags, timeout: 60_000 });
		const version = browser.version();
		await browser.close();
		return version;
	} catch (error) {
		const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
		console.error(`${executablePath} does not start: ${reason}`);
		return null;
	}
}

/** @returns {Promise<string | null>} */
async function firstThatStarts() {
	for (const file of browsersHere()) {
		const version = await versionOf(file);
		if (version === null) continue;
		console.log(`Browser: ${file} (${version})`);
		return file;
	}
	return null;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} env
 */
function succeeds(command, args, env = {}) {
	console.log(`$ ${[command, ...args].join(' ')}`);
	const { status } = spawnSync(command, args, {
		stdio: ['ignore', 'inherit', 'inherit'],
		env: { ...process.env, ...env },
		timeout: 15 * 60_000,
	});
	return status === 0;
}

function installPlaywrightChromium() {
	console.log('No browser was found that starts. Installing Playwright’s Chromium.');
	// Playwright tries several times; where its host cannot be reached, each should fail soon.
	const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' };
	return succeeds(process.execPath, [playwrightCli, 'install', 'chromium'], env);
}

function installSystemChromium() {
	if (process.platform !== 'linux') return false;
	const isRoot = process.getuid?.() === 0;
	if (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) return false;
	if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) return false;
	console.log('Installing the system’s Chromium instead.');
	/** @param {readonly string[]} args */
	const aptGet = (args) =>
		isRoot
			? succeeds('apt-get', args, { DEBIAN_FRONTEND: 'noninteractive' })
			: succeeds('sudo', ['-n', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]);
	const packages = ['chromium', 'fonts-dejavu', 'fonts-noto-core'];
	return aptGet(['update']) && aptGet(['install', '--yes', '--no-install-recommends', ...packages]);
}

async function ensureBrowser() {
	let found = await firstThatStarts();
	if (found !== null || (process.env['VOLLEY_BROWSER'] ?? '') !== '') return found;
	if (installPlaywrightChromium()) found = await firstThatStarts();
	if (found === null && installSystemChromium()) found = await firstThatStarts();
	return found;
}

const browser = await ensureBrowser();
const [command, ...args] = process.argv.slice(2);
if (browser === null) {
	console.error(
		'The browser tests need Chromium or Chrome. Install one, or name one that starts in VOLLEY_BROWSER.',
	);
	process.exitCode = 1;
} else if (command !== undefined) {
	const { status } = spawnSync(command, args, {
		stdio: 'inherit',
		// npm puts the project's commands on the PATH; on Windows they are scripts that only a shell can start.
		shell: process.platform === 'win32',
		env: { ...process.env, VOLLEY_BROWSER: browser },
	});
	process.exitCode = status ?? 1;
}
