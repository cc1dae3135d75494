// @ts-check
// What the benchmarks share: the built site, a browser with a profile on disk, a worker bundled from a file, memory.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { browserFlags, findBrowser } from '../browser/find-browser.mjs';

/**
 * Builds the site and serves it; `open` starts the browser anew on the same profile, as after a cold start.
 * @param {string} name
 * @param {number} port
 */
export async function openBench(name, port) {
	await build({ logLevel: 'warn' });
	const site = await preview({ preview: { port, host: '127.0.0.1' }, logLevel: 'warn' });
	const folder = await mkdtemp(path.join(tmpdir(), `volley-${name}-`));
	const executablePath = findBrowser();
	/** @type {import('@playwright/test').BrowserContext | null} */
	let context = null;
	return {
		folder,
		origin: `http://127.0.0.1:${String(port)}/`,
		open: async () => {
			await context?.close();
			context = await chromium.launchPersistentContext(path.join(folder, 'profile'), {
				args: browserFlags,
				acceptDownloads: true,
				ignoreHTTPSErrors: true,
				locale: 'en-GB',
				// The bare arms are a worker that the site's policy does not know.
				bypassCSP: true,
				...(executablePath === null ? {} : { executablePath }),
			});
			return context;
		},
		close: async () => {
			await context?.close();
			await rm(folder, { recursive: true, force: true });
			await site.close();
		},
	};
}

/**
 * A worker's file and all that it imports as one script.
 * @param {string} entry
 */
export async function bundled(entry) {
	const output = await build({
		configFile: false,
		logLevel: 'warn',
		build: {
			write: false,
			target: 'es2023',
			lib: { entry, formats: ['es'] },
			// A worker made of a text has nothing beside it to load from.
			rolldownOptions: { output: { codeSplitting: false } },
		},
	});
	const [first] = /** @type {import('vite').Rolldown.RolldownOutput[]} */ (output);
	if (first === undefined) throw new Error('Nothing was bundled.');
	return first.output[0].code;
}

/** @param {number[]} numbers */
export function median(numbers) {
	return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/**
 * Memory of the browser on this folder that is no file's: anonymous and shared pages, in MB.
 * @param {string} folder
 * @param {'renderers' | 'all'} of
 */
export async function megabytesOf(folder, of) {
	const processes = new Map();
	for (const pid of await readdir('/proc')) {
		if (!/^\d+$/.test(pid)) continue;
		try {
			const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
			const status = await readFile(`/proc/${pid}/status`, 'utf8');
			processes.set(pid, { command, status, parent: /^PPid:\s+(\d+)/m.exec(status)?.[1] });
		} catch {
			// It ended meanwhile.
		}
	}
	const isOurs = (/** @type {string | undefined} */ pid) => {
		for (let at = processes.get(pid); at !== undefined; at = processes.get(at.parent))
			if (at.command.includes(folder)) return true;
		return false;
	};
	let kilobytes = 0;
	for (const [pid, { command, status }] of processes)
		if ((of === 'all' || command.includes('--type=renderer')) && isOurs(pid))
			for (const [, size] of status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB/gm))
				kilobytes += Number(size);
	return kilobytes / 1_024;
}

/**
 * The most memory above what is used when it is called, until what it returns is called.
 * @param {string} folder
 * @param {'renderers' | 'all'} of
 */
export async function watchMemory(folder, of) {
	const idle = await megabytesOf(folder, of);
	let peak = idle;
	let isOver = false;
	const watching = (async () => {
		while (!isOver) {
			peak = Math.max(peak, await megabytesOf(folder, of));
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	})();
	return async () => {
		isOver = true;
		await watching;
		return peak - idle;
	};
}
