// @ts-check
import { statSync } from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';

/**
 * What the search looks at, so that a test can search another machine than its own.
 * @typedef {object} Surroundings
 * @property {NodeJS.Platform} platform
 * @property {Readonly<Record<string, string | undefined>>} env
 * @property {() => string} playwrightChromium Where Playwright keeps its own Chromium, present or not.
 * @property {(file: string) => boolean} isFile
 */

/** @type {Surroundings} */
export const thisMachine = {
	platform: process.platform,
	env: process.env,
	playwrightChromium: () => chromium.executablePath(),
	isFile: (file) => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false,
};

/** Flags for a browser that sends nothing of its own accord; root cannot use Chromium's sandbox. */
export const browserFlags = [
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

const linuxNames = [
	'chromium',
	'chromium-browser',
	'google-chrome-stable',
	'google-chrome',
	'microsoft-edge-stable',
	'microsoft-edge',
];
const macNames = ['Chromium', 'Google Chrome', 'Microsoft Edge'];
const windowsFiles = [
	'Chromium/Application/chrome.exe',
	'Google/Chrome/Application/chrome.exe',
	'Microsoft/Edge/Application/msedge.exe',
];

/**
 * @param {Surroundings} surroundings
 * @returns {string[]}
 */
function systemFiles({ platform, env }) {
	if (platform === 'darwin') {
		const folders = ['/Applications', `${env['HOME'] ?? ''}/Applications`];
		return macNames.flatMap((name) =>
			folders.map((folder) => `${folder}/${name}.app/Contents/MacOS/${name}`),
		);
	}
	if (platform === 'win32') {
		const folders = [env['LOCALAPPDATA'], env['PROGRAMFILES'], env['PROGRAMFILES(X86)']].filter(
			(folder) => folder !== undefined,
		);
		return windowsFiles.flatMap((file) => folders.map((folder) => path.win32.join(folder, file)));
	}
	const folders = [...new Set([...(env['PATH'] ?? '').split(':'), '/usr/bin', '/snap/bin'])];
	return linuxNames.flatMap((name) =>
		folders.filter((folder) => folder !== '').map((folder) => `${folder}/${name}`),
	);
}

/**
 * The browsers that are here, the one to try first in front: the one named by `VOLLEY_BROWSER` (and then no other),
 * Playwright's own, the system's.
 * @param {Surroundings} surroundings
 * @returns {string[]}
 */
export function browsersHere(surroundings = thisMachine) {
	const named = surroundings.env['VOLLEY_BROWSER'] ?? '';
	if (named !== '') {
		if (!surroundings.isFile(named))
			throw new Error(`VOLLEY_BROWSER names ${named}, but there is no such file.`);
		return [named];
	}
	return [surroundings.playwrightChromium(), ...systemFiles(surroundings)].filter(
		surroundings.isFile,
	);
}

/**
 * The browser that tests run in; null where there is none.
 * @param {Surroundings} surroundings
 * @returns {string | null}
 */
export const findBrowser = (surroundings = thisMachine) => browsersHere(surroundings)[0] ?? null;
