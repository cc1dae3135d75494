import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import Papa from 'papaparse';
import type { ResultItem } from '#domain/result-item.ts';
import { expect, expectAccessible, test } from './fixtures.ts';

/** The browser's own dialog cannot be pressed: the file it would give is one of the page's own. */
async function pickFrom(page: Page): Promise<void> {
	await page.addInitScript(() => {
		Object.assign(window, {
			showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) =>
				(await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true }),
		});
	});
}

const pickedText = (page: Page, name: string): Promise<string> =>
	page.evaluate(async (file) => {
		const folder = await navigator.storage.getDirectory();
		const picked = await (await folder.getFileHandle(file)).getFile();
		// Its own text() would drop the mark for Excel.
		return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await picked.arrayBuffer());
	}, name);

async function downloaded(page: Page, press: Locator): Promise<string> {
	const waiting = page.waitForEvent('download');
	await press.click();
	return readFile(await (await waiting).path(), 'utf8');
}

const itemsOf = (jsonl: string): readonly ResultItem[] =>
	jsonl
		.split('\n')
		.slice(0, -1)
		.map((line) => JSON.parse(line) as ResultItem);

test('the three formats hold the same answers, and other programs read them', async ({ app }) => {
	await app.open();
	await app.useSample();
	await app.start();
	await app.finished();
	const { page } = app;
	const json = JSON.parse(await downloaded(page, app.button('Download JSON'))) as ResultItem[];
	const jsonl = itemsOf(await downloaded(page, app.button('Download JSONL')));
	expect(jsonl).toEqual(json);
	const csv = await downloaded(page, app.button('Download CSV'));
	const { data, errors } = Papa.parse<Record<string, string>>(csv.trimEnd(), { header: true });
	expect(errors).toEqual([]);
	expect(data.map(({ response }) => response)).toEqual(json.map(({ response }) => response));
});

test('Export… writes what is chosen into the picked file', async ({ app }) => {
	await pickFrom(app.page);
	await app.open();
	await app.useSample();
	await app.start();
	await app.finished();
	const { page } = app;
	await page.setViewportSize({ width: 390, height: 800 });
	// The status stands before there is anything to say, so that it is read out.
	const told = page.getByRole('group', { name: 'Downloads' }).locator('+ [role="status"]');
	await expect(told).toHaveText('');
	const empty = await told.elementHandle();
	await app.button('Export…').click();
	const dialog = page.getByRole('dialog', { name: 'Export results' });
	await dialog.getByLabel('Format').selectOption('CSV');
	await dialog.getByLabel('Layout').selectOption('One line for each row');
	await dialog.getByLabel('Byte-order mark for Excel').check();
	await dialog.getByLabel('Failed requests').uncheck();
	await expectAccessible(page);
	await dialog.getByRole('button', { name: 'Save as…' }).click();
	const note = page.getByText(/-results\.csv · \d+ lines/);
	await expect(note).toBeVisible();
	expect(await empty?.textContent()).toBe(await note.textContent());
	const name = ((await note.textContent()) ?? '').trim().split(' · ')[0] ?? '';
	const text = await pickedText(page, name);
	expect(text.startsWith('\ufeff')).toBe(true);
	const { data, meta, errors } = Papa.parse<Record<string, string>>(text.slice(1).trimEnd(), {
		header: true,
	});
	expect(errors).toEqual([]);
	const { planned } = await app.progress();
	expect([data.length, meta.fields?.at(-1)]).toEqual([planned, 'response']);
	await expectAccessible(page);
	// What was chosen last is where the next one begins.
	await app.button('Export…').click();
	await expect(dialog.getByLabel('Layout')).toHaveValue('rows');
	await page.keyboard.press('Escape');
	await expect(app.button('Export…')).toBeFocused();
});

test('results go to a file as they come, until it is stopped', async ({ app }) => {
	await pickFrom(app.page);
	await app.open();
	await app.useSample();
	await app.start();
	const { page } = app;
	await app.button('Export…').click();
	await page.getByRole('button', { name: 'Append live to a file' }).click();
	await app.finished();
	const { planned } = await app.progress();
	const word = page.getByText(`${String(planned)} written`);
	await expect(word).toBeVisible();
	await expectAccessible(page);
	const name = /Appending to (\S+)/.exec((await word.textContent()) ?? '')?.[1] ?? '';
	const items = itemsOf(await pickedText(page, name));
	expect(items.map(({ row_index }) => row_index).toSorted((a, b) => a - b)).toEqual(
		Array.from({ length: planned }, (_, i) => i),
	);
	await page.getByRole('button', { name: 'Stop appending' }).click();
	await expect(page.getByText('No longer appending to')).toBeVisible();
});
