import { createHash } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { BuiltSite } from '#offline/kept-site.ts';
import { expect, expectAccessible, test } from './fixtures.ts';
import { App } from './support/app.ts';
import { staticHost } from './support/static-host.ts';

test.use({ serviceWorkers: 'allow' });

/** Until the site is kept, and answers for this page. */
const isKept = (page: Page): Promise<unknown> =>
	page.evaluate(
		() =>
			new Promise<void>((resolve) => {
				if (navigator.serviceWorker.controller !== null) resolve();
				navigator.serviceWorker.addEventListener('controllerchange', () => {
					resolve();
				});
			}),
	);

/** The site of the next build: another page, every script under another name. `damage` comes after it was listed. */
async function nextVersion(folder: string, damage = ''): Promise<void> {
	await cp('dist', folder, { recursive: true });
	const renamed = (text: string): string =>
		text
			.replace(/(-[\w-]{8})\.(js|css)\b/g, '$1-next.$2')
			.replace('<title>Volley', '<title>Volley 2');
	const script = path.join(folder, 'service-worker.js');
	const text = await readFile(script, 'utf8');
	const list = /^const __VOLLEY_SITE__=(.*?);/.exec(text)?.[1] ?? '';
	const site = JSON.parse(list) as BuiltSite;
	const files: Record<string, string> = {};
	for (const [name, digest] of Object.entries(site.files)) {
		files[renamed(name)] = digest;
		if (!/\.(js|css)$|^$/.test(name)) continue;
		const before = path.join(folder, name || 'index.html');
		const changed = renamed(await readFile(before, 'utf8'));
		files[renamed(name)] = createHash('sha256').update(changed).digest('hex');
		await rm(before);
		await writeFile(
			path.join(folder, renamed(name) || 'index.html'),
			changed + (name ? '' : damage),
		);
	}
	const next: BuiltSite = { version: 'next', files, later: site.later.map(renamed) };
	await writeFile(script, text.replace(list, JSON.stringify(next)));
}

const lookForNext = (page: Page): Promise<unknown> =>
	page.evaluate(async () => {
		const registration = await navigator.serviceWorker.getRegistration();
		await registration?.update().catch(() => undefined);
	});

async function startThree(app: App): Promise<void> {
	await app.dropCsv('words.csv', 'text\na\nb\nc\n');
	await app.writePrompt({ user: 'Say {text}' });
	await app.start();
}

async function startSample(app: App): Promise<void> {
	await app.button('Use sample data').click();
	await expect(app.page.getByText('72 requests', { exact: true })).toBeVisible();
	await app.start();
}

test('opens where the host cannot be reached, and the Demo runs', async ({ app }) => {
	const host = await staticHost('dist');
	const { page } = app;
	await page.goto(host.url);
	await isKept(page);
	// The browser takes itself to be online.
	await host.close();
	await page.reload();
	await startSample(app);
	await app.finished();
	expect(await app.downloadJson()).toHaveLength(72);
});

test('a new version waits until it is asked for, and every page keeps the files of its own', async ({
	app,
	context,
}, testInfo) => {
	const host = await staticHost('dist');
	const { page } = app;
	await page.goto(host.url);
	await isKept(page);
	const other = await context.newPage();
	await other.goto(host.url);

	const folder = testInfo.outputPath('next');
	await nextVersion(folder);
	host.serve(folder);
	// The host has none of the files any more that this page consists of, its engine's among them.
	await page.reload();
	await expect(page).toHaveTitle(/Volley(?! 2)/);
	await startThree(app);
	await lookForNext(page);
	await expect(page.getByText(/^A new version is ready/)).toBeVisible();
	await app.finished();
	await expectAccessible(page);
	await page.getByRole('button', { name: 'Reload' }).click();
	await expect(page).toHaveTitle(/Volley 2/);
	await expect(page.getByRole('link', { name: /words/ })).toBeVisible();

	// Nobody asked for it here: this page goes on with what it began with, also where nothing can be fetched.
	await host.close();
	await expect(other).toHaveTitle(/Volley(?! 2)/);
	const there = new App(other);
	await startThree(there);
	await there.finished();
});

test('a version that arrives incomplete is not taken', async ({ app, context }, testInfo) => {
	const host = await staticHost('dist');
	const { page } = app;
	await page.goto(host.url);
	await isKept(page);
	const folder = testInfo.outputPath('torn');
	await nextVersion(folder, '<!-- not what was built -->');
	host.serve(folder);
	await lookForNext(page);
	await expect
		.poll(() =>
			page.evaluate(async () => {
				const registration = await navigator.serviceWorker.getRegistration();
				return [registration?.installing ?? null, registration?.waiting ?? null];
			}),
		)
		.toEqual([null, null]);
	await host.close();
	await context.setOffline(true);
	await page.reload();
	await expect(page).toHaveTitle(/Volley(?! 2)/);
	await expect(app.button('Use sample data')).toBeVisible();
});

test('everything is erased in every tab, and looked for afterwards', async ({ app, context }) => {
	const host = await staticHost('dist');
	const { page } = app;
	await page.goto(host.url);
	await isKept(page);
	const other = await context.newPage();
	await other.goto(host.url);
	await expect(other.getByRole('button', { name: 'Use sample data' })).toBeVisible();
	await startThree(app);
	await app.finished();
	await page.getByRole('link', { name: 'Privacy' }).click();
	await expect(page.getByRole('row', { name: /^Databases/ })).toHaveText(/[1-9]$/);
	await expectAccessible(page);

	await page.getByRole('button', { name: 'Erase everything…' }).click();
	await page.getByRole('button', { name: 'Erase everything', exact: true }).click();
	await expect(page.getByText('Everything is erased.')).toBeVisible();
	// What was listed is gone, and so is what could be pressed.
	await expect(page.getByRole('button')).toHaveText(['Begin anew']);
	await expect(page.getByRole('button')).toBeFocused();
	await expect(other.getByText('Everything was erased from another tab.')).toBeVisible();
	await expect(page.getByRole('alert')).toBeHidden();
	const left = await page.evaluate(async () => {
		const files: string[] = [];
		for await (const name of (await navigator.storage.getDirectory()).keys()) files.push(name);
		return {
			files,
			databases: await indexedDB.databases(),
			entries: [...Object.keys(localStorage), ...Object.keys(sessionStorage)],
			copies: await caches.keys(),
			workers: (await navigator.serviceWorker.getRegistrations()).length,
		};
	});
	expect(left).toEqual({ files: [], databases: [], entries: [], copies: [], workers: 0 });

	await page.getByRole('button', { name: 'Begin anew' }).click();
	await expect(page.getByText(/^None yet/)).toBeVisible();
	// The other tab was open all the while; the site is kept for all that again.
	await expect.poll(() => page.evaluate(async () => (await caches.keys()).length)).toBe(1);
	await host.close();
	await page.reload();
	await expect(page.getByText(/^None yet/)).toBeVisible();
});
