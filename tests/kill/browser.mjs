// @ts-check
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import { browserFlags } from '../browser/find-browser.mjs';

/**
 * A browser in a process group of its own, over a profile that outlives it.
 * @typedef {object} Life
 * @property {import('@playwright/test').BrowserContext} context
 * @property {import('@playwright/test').Page} page The one in front.
 * @property {() => Promise<void>} kill Kills every process of it at once, as a crash or the system would.
 */

/**
 * @param {string} executable
 * @param {string} profile
 * @returns {Promise<Life>}
 */
export async function openBrowser(executable, profile) {
	const portFile = path.join(profile, 'DevToolsActivePort');
	for (const name of ['SingletonLock', 'SingletonSocket', 'SingletonCookie', 'DevToolsActivePort'])
		rmSync(path.join(profile, name), { force: true });
	const child = spawn(
		executable,
		[
			...browserFlags,
			'--headless=new',
			'--remote-debugging-port=0',
			`--user-data-dir=${profile}`,
			'--hide-crash-restore-bubble',
			'about:blank',
		],
		{ detached: true, stdio: 'ignore' },
	);
	const gone = new Promise((resolve) => {
		child.once('exit', resolve);
	});
	for (let left = 300; !existsSync(portFile) || readFileSync(portFile, 'utf8') === ''; left--) {
		if (left === 0) throw new Error('The browser does not start.');
		await pause(50);
	}
	const [port] = readFileSync(portFile, 'utf8').split('\n');
	const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port ?? ''}`);
	const context = browser.contexts()[0];
	if (context === undefined) throw new Error('The browser has no context.');
	const page = context.pages()[0] ?? (await context.newPage());
	return {
		context,
		page,
		kill: async () => {
			if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
				process.kill(-child.pid, 'SIGKILL');
			await gone;
			await browser.close().catch(() => undefined);
		},
	};
}
