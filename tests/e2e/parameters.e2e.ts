import { expect, expectAccessible, test } from './fixtures.ts';
import type { App } from './support/app.ts';
import { savedDraft } from './support/saved-draft.ts';

const adder = (app: App) => app.page.getByRole('combobox', { name: 'Add parameter' });

/** Chooses the first parameter that the words find. */
async function add(app: App, words: string): Promise<void> {
	await adder(app).fill(words);
	await adder(app).press('Enter');
}

test('parameters are found by name or meaning, checked, sent, and in the copy of the run', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	await app.open();
	await app.useEndpoint(endpoint.url);
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'hello' });

	await adder(app).click();
	const list = page.getByRole('listbox', { name: 'Parameters' });
	await expect(list.getByRole('option').first()).toBeVisible();
	await expectAccessible(page);
	await adder(app).fill('cheaper');
	await adder(app).press('ArrowDown');
	await expect(list.getByRole('option', { selected: true })).toContainText('reasoning_effort');
	await adder(app).press('Enter');
	const effort = page.getByRole('combobox', { name: 'reasoning_effort' });
	await expect(effort).toBeFocused();
	await expect(list).toBeHidden();

	await add(app, 'top_p');
	const topP = page.getByRole('textbox', { name: 'top_p' });
	await expect(topP).toBeFocused();
	await topP.fill('1.5');
	await topP.press('Tab');
	await expect(page.getByText('top_p must be a number from 0 to 1.')).toBeVisible();
	await app.startButton.click();
	await expect(app.alert).toContainText(
		'reasoning_effort must be one of none, minimal, low, medium, high, xhigh, max.',
	);
	await expectAccessible(page);
	await topP.fill('0.5');
	await effort.selectOption('low');
	await add(app, 'stop');
	await page.getByRole('textbox', { name: 'stop' }).fill('END\n\\n');
	await app.writeOtherParameters('{"top_p": 1, "top_k": 5}');
	await page.getByRole('textbox', { name: 'Other parameters (JSON)' }).press('Tab');
	await expect(
		page.getByText('“top_p” stands in Other parameters and among the parameters above it.').last(),
	).toBeVisible();
	await app.writeOtherParameters('{"top_k": 5}');
	await add(app, 'seed');
	await app.button('Remove seed').click();
	await expect(adder(app)).toBeFocused();
	await app.start();
	await app.finished();

	const sent = {
		model: 'test-small',
		reasoning_effort: 'low',
		top_p: 0.5,
		stop: ['END', '\n'],
		top_k: 5,
	};
	const [item] = await app.downloadJson();
	expect(item?.model_args).toEqual(sent);
	expect(endpoint.ledger.requests[0]?.body).toEqual({
		...sent,
		messages: [{ role: 'user', content: 'hello' }],
	});

	await app.button('Duplicate').click();
	await expect(page.getByRole('textbox', { name: 'top_p' })).toHaveValue('0.5');
	await expect(page.getByRole('textbox', { name: 'stop' })).toHaveValue('END\n\\n');
	await expect(page.getByRole('combobox', { name: 'reasoning_effort' })).toHaveValue('low');
	await expect(page.getByRole('textbox', { name: 'Other parameters (JSON)' })).toHaveValue(
		/^\{\s*"top_k": 5\s*\}$/,
	);
	await app.chooseEndpoint('Responses');
	await expect(page.getByRole('combobox', { name: 'reasoning.effort' })).toHaveValue('low');
	await app.startButton.click();
	await expect(app.alert).toContainText('Responses has no parameter stop. Remove it.');
	await app.button('Remove stop').click();
	await app.start();
	await app.finished();
	expect(endpoint.ledger.requests[1]?.body).toEqual({
		model: 'test-small',
		reasoning: { effort: 'low' },
		top_p: 0.5,
		top_k: 5,
		store: false,
		input: 'hello',
	});
});

test('a parameter with a field of its own leads there, and parameters come back after a reload', async ({
	app,
}) => {
	const { page } = app;
	await app.open();
	await add(app, 'temperature');
	await expect(page.getByRole('spinbutton', { name: 'Temperature' })).toBeFocused();
	await adder(app).fill('nothing like this');
	await expect(page.getByText('Chat Completions has no other parameter like that.')).toBeVisible();
	await adder(app).press('Escape');
	await expect(adder(app)).toHaveValue('');
	await add(app, 'verbosity');
	await page.getByRole('combobox', { name: 'verbosity' }).selectOption('high');
	await app.writePrompt({ user: 'hello' });
	await expect.poll(() => savedDraft(page)).toContain('"value":"high"');
	await page.reload();
	await expect(page.getByRole('combobox', { name: 'verbosity' })).toHaveValue('high');
});

test('flex takes one press, with a timeout that its answers come in', async ({ app }) => {
	const { page } = app;
	await app.open();
	const flex = page.getByRole('checkbox', { name: /^Flex processing/ });
	await expect(flex).toBeHidden();
	await page.getByRole('combobox', { name: 'Provider' }).selectOption({ label: 'OpenAI' });
	const timeout = page.getByRole('spinbutton', { name: 'Timeout (seconds)' });
	await flex.check();
	await expect(timeout).toHaveValue('900');
	await expect(page.getByRole('combobox', { name: 'service_tier' })).toHaveValue('flex');
	await expectAccessible(page);
	await app.set('Timeout (seconds)', 300);
	await expect(page.getByText('900 seconds are advised')).toBeVisible();
	await app.set('Timeout (seconds)', 900);
	await flex.uncheck();
	await expect(timeout).toHaveValue('120');
	await expect(page.getByRole('combobox', { name: 'service_tier' })).toBeHidden();
});

for (const width of [390, 1280])
	for (const colorScheme of ['light', 'dark'] as const)
		test(`the list of parameters is whole and accessible at ${String(width)} px, ${colorScheme}`, async ({
			app,
		}) => {
			const { page } = app;
			await page.setViewportSize({ width, height: 800 });
			await page.emulateMedia({ colorScheme });
			await app.open();
			for (const name of ['top_p', 'response_format', 'user', 'prompt_cache_retention'])
				await add(app, name);
			await adder(app).click();
			await expect(page.getByRole('listbox', { name: 'Parameters' })).toBeVisible();
			await expectAccessible(page);
			const overflow = await page.evaluate(
				() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
			);
			expect(overflow).toBeLessThanOrEqual(0);
		});
