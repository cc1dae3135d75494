import { readFile } from 'node:fs/promises';
import { expect, type Locator, type Page } from '@playwright/test';
import type { ResultItem } from '#domain/result-item.ts';
import { dropOnPage } from './drop.ts';

/** The labels of the spinbuttons. */
export type SettingName =
	| 'Completions per prompt'
	| 'Temperature'
	| 'Max tokens'
	| 'Max concurrency'
	| 'Max retries'
	| 'Timeout (seconds)'
	| 'Requests per minute'
	| 'Tokens per minute'
	| 'Prompts per request'
	| 'Context window (tokens)';

export interface WrittenPrompt {
	readonly system?: string;
	readonly user?: string;
	/** Of a Completions template. */
	readonly prompt?: string;
	/** From 1; left out: the first. */
	readonly template?: number;
}

export interface NamedText {
	readonly name: string;
	readonly text: string;
}

/** The page as a person meets it: by role and accessible name alone. */
export class App {
	readonly page: Page;

	constructor(page: Page) {
		this.page = page;
	}

	/** `route` is the hash, such as `#/new`. */
	async open(route = ''): Promise<void> {
		await this.page.goto(`./${route}`);
		await expect(this.startButton).toBeVisible();
	}

	button(name: string): Locator {
		return this.page.getByRole('button', { name, exact: true });
	}

	/** Its name goes on with what will be sent, as in “Start run · 300 requests”. */
	get startButton(): Locator {
		return this.page.getByRole('button', { name: /^Start run/ });
	}

	get progressBar(): Locator {
		return this.page.getByRole('progressbar', { name: 'Run progress' });
	}

	get alert(): Locator {
		return this.page.getByRole('alert');
	}

	get status(): Locator {
		return this.page.getByRole('status');
	}

	get results(): Locator {
		return this.page.getByRole('table', { name: 'Results' });
	}

	get runs(): Locator {
		return this.page.getByRole('list', { name: 'Runs' });
	}

	async chooseFiles(files: readonly (NamedText | { name: string; buffer: Buffer })[]) {
		await this.page.getByLabel('Data files').setInputFiles(
			files.map((file) => ({
				name: file.name,
				mimeType: 'text/csv',
				buffer: 'buffer' in file ? file.buffer : Buffer.from(file.text),
			})),
		);
	}

	/** Gives one CSV to the file input. */
	async dropCsv(name: string, text: string): Promise<void> {
		await this.chooseFiles([{ name, text }]);
		// Start is refused while a file is still being read.
		const rows = this.page.getByRole('region', { name: `First rows of ${name}` });
		await expect(rows.or(this.page.getByRole('alert')).first()).toBeVisible();
	}

	/** Drops files on the page itself, anywhere, as from the desktop. */
	async dropOnPage(files: readonly NamedText[]): Promise<void> {
		await dropOnPage(this.page, files);
	}

	async chooseIdColumn(column: string): Promise<void> {
		await this.page.getByRole('combobox', { name: 'ID column' }).selectOption(column);
	}

	/** Presses Use sample data, and waits until it is read: Start is refused before. */
	async useSample(): Promise<void> {
		await this.button('Use sample data').click();
		await expect(this.page.getByText('72 rows').first()).toBeVisible();
	}

	async useDemo(): Promise<void> {
		await this.#chooseProvider('Demo (no key)');
	}

	/** An OpenAI-compatible endpoint; a tab that is locked to another is unlocked for it. */
	async useEndpoint(baseUrl: string, key?: string): Promise<void> {
		await this.#chooseProvider('OpenAI-compatible');
		await this.page.getByRole('textbox', { name: 'Base URL' }).fill(baseUrl);
		if (await this.unlockButton.isVisible()) await this.unlock();
		if (key !== undefined) await this.typeKey(key);
	}

	get unlockButton(): Locator {
		return this.page.getByRole('button', { name: /^Unlock for / });
	}

	/** Reloads the page, as the button says. */
	async unlock(): Promise<void> {
		await Promise.all([this.page.waitForEvent('load'), this.unlockButton.click()]);
		await expect(this.unlockButton).toBeHidden();
		await expect(this.startButton).toBeVisible();
	}

	/** A password field has no role; its label names it. */
	async typeKey(key: string): Promise<void> {
		const field = this.page.getByLabel('API key', { exact: true });
		await field.fill(key);
		await field.press('Tab');
	}

	async writeModel(model: string): Promise<void> {
		// A text field with a list of suggestions is a combobox; without one, a textbox.
		const field = this.page
			.getByRole('combobox', { name: 'Model', exact: true })
			.or(this.page.getByRole('textbox', { name: 'Model', exact: true }));
		await field.first().fill(model);
	}

	async chooseEndpoint(endpoint: 'Chat Completions' | 'Completions' | 'Responses'): Promise<void> {
		await this.page
			.getByRole('combobox', { name: 'Endpoint', exact: true })
			.selectOption({ label: endpoint });
	}

	template(number: number): Locator {
		return this.page.getByRole('group', { name: `Template ${String(number)}`, exact: true });
	}

	async addTemplate(): Promise<void> {
		await this.button('Add template').click();
	}

	async writePrompt({ system, user, prompt, template = 1 }: WrittenPrompt): Promise<void> {
		const group = this.template(template);
		const texts = { 'System message': system, 'User message': user, Prompt: prompt };
		for (const [name, text] of Object.entries(texts))
			if (text !== undefined)
				await group.getByRole('textbox', { name, exact: true }).first().fill(text);
	}

	async set(setting: SettingName, value: number | null): Promise<void> {
		await this.page
			.getByRole('spinbutton', { name: setting, exact: true })
			.fill(value === null ? '' : String(value));
	}

	async writeOtherParameters(json: string): Promise<void> {
		await this.page.getByRole('textbox', { name: 'Other parameters (JSON)' }).fill(json);
	}

	/** Presses Start; the page becomes the run. */
	async start(): Promise<void> {
		await this.startButton.click();
		await expect(this.progressBar).toBeVisible();
	}

	async pause(): Promise<void> {
		await this.button('Pause').click();
	}

	async resume(): Promise<void> {
		await this.button('Resume').click();
	}

	async stop(): Promise<void> {
		await this.button('Stop').click();
	}

	async retryFailed(): Promise<void> {
		await this.button('Retry failed').click();
	}

	/** Settled and planned requests. */
	async progress(): Promise<{ readonly settled: number; readonly planned: number }> {
		const bar = this.progressBar;
		return bar.evaluate((element) => {
			const numberOf = (name: string): number => Number(element.getAttribute(name));
			return element instanceof HTMLProgressElement
				? { settled: element.value, planned: element.max }
				: { settled: numberOf('aria-valuenow'), planned: numberOf('aria-valuemax') };
		});
	}

	/** Waits until every planned request has settled. */
	async finished(timeout = 60_000): Promise<void> {
		await expect
			.poll(
				async () => {
					const { settled, planned } = await this.progress();
					return planned > 0 && settled === planned;
				},
				{ timeout, message: 'every planned request settles' },
			)
			.toBe(true);
		await expect(this.button('Pause')).toBeHidden();
	}

	/** The text of the file that a download button gives. */
	async download(name: 'Download JSON' | 'Download JSONL' | 'Download CSV'): Promise<NamedText> {
		const [download] = await Promise.all([
			this.page.waitForEvent('download'),
			this.button(name).click(),
		]);
		return {
			name: download.suggestedFilename(),
			text: await readFile(await download.path(), 'utf8'),
		};
	}

	async downloadJson(): Promise<readonly ResultItem[]> {
		const { text } = await this.download('Download JSON');
		// The form of the file is what the tests then compare, key by key.
		return JSON.parse(text) as readonly ResultItem[];
	}

	async #chooseProvider(label: string): Promise<void> {
		await this.page.getByRole('combobox', { name: 'Provider' }).selectOption({ label });
	}
}
