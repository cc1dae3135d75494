import { createTestEndpoint } from '../endpoint/test-endpoint.ts';
import { expect, expectAccessible, test } from './fixtures.ts';

const csv = (texts: readonly string[]): string =>
	`id,text\n${texts.map((text, i) => `r${String(i)},${text}`).join('\n')}\n`;

test('a run of Responses goes through the page, and every way an answer ends is in its results', async ({
	app,
	endpoint,
}) => {
	const { page } = app;
	await app.open();
	await app.dropCsv(
		'texts.csv',
		csv([
			'plain',
			'[[scenario:cutAtLength]]',
			'[[scenario:refusal]]',
			'[[scenario:failedInside200 once]]',
		]),
	);
	await app.useEndpoint(endpoint.url);
	await app.writeModel('test-small');
	await app.chooseEndpoint('Responses');
	await app.writePrompt({ system: 'Be short.', user: 'Say {text}' });
	await app.set('Max tokens', 50);
	await app.set('Completions per prompt', 3);
	await expect(
		page.getByText('Responses answers once a request: 3 per prompt are 3 requests.'),
	).toBeVisible();
	await app.set('Completions per prompt', 1);
	await app.start();
	await app.finished();

	expect(endpoint.ledger.requests).toHaveLength(5);
	for (const { path, body } of endpoint.ledger.requests) {
		expect(path).toBe('/v1/responses');
		expect(body).toMatchObject({
			model: 'test-small',
			instructions: 'Be short.',
			max_output_tokens: 50,
			store: false,
		});
		expect(body).not.toHaveProperty('n');
	}
	const items = await app.downloadJson();
	expect(items.map(({ choice }) => choice?.['finish_reason'])).toEqual([
		'stop',
		'length',
		'stop',
		'stop',
	]);
	expect(items[0]).toMatchObject({
		id: 'r0',
		messages: [
			{ role: 'system', content: 'Be short.' },
			{ role: 'user', content: 'Say plain' },
		],
		model_args: { model: 'test-small', max_output_tokens: 50, store: false },
		response: 'echo: Say plain #0',
		completion: { object: 'response', status: 'completed' },
		error: null,
		attempts: 1,
	});
	expect(items[2]?.response).toMatch(/can’t help/);
	expect(items[3]?.attempts).toBe(2);

	await app.results.getByRole('button', { name: 'r1' }).click();
	const detail = page.getByRole('dialog');
	await expect(detail).toContainText('cut off');
	await expect(detail).toContainText('max_output_tokens');
	await expectAccessible(page);
});

test('a model that spent all its tokens on reasoning says so, and its summary can be read', async ({
	app,
}) => {
	const { page } = app;
	const endpoint = await createTestEndpoint({
		answer: ({ model }) => ({
			id: 'resp_1',
			object: 'response',
			status: 'incomplete',
			error: null,
			incomplete_details: { reason: 'max_output_tokens' },
			model: model ?? '',
			service_tier: 'flex',
			output: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'First, the cup.' }] }],
			usage: {
				input_tokens: 9,
				input_tokens_details: { cached_tokens: 4 },
				output_tokens: 64,
				output_tokens_details: { reasoning_tokens: 64 },
				total_tokens: 73,
			},
		}),
	});
	try {
		await app.open();
		await app.useEndpoint(endpoint.url);
		await app.writeModel('test-small');
		await app.chooseEndpoint('Responses');
		await app.writePrompt({ user: 'Think.' });
		await app.start();
		await app.finished();
		await app.results.getByRole('button', { name: '0' }).click();
		const detail = page.getByRole('dialog');
		await expect(detail).toContainText('64 tokens went into reasoning');
		await detail.getByText('Reasoning', { exact: true }).click();
		await expect(detail).toContainText('First, the cup.');
		for (const fact of [/of them reasoning\s*64/, /from the cache\s*4/, /Service tier\s*flex/])
			await expect(detail).toContainText(fact);
		await expectAccessible(page);
	} finally {
		await endpoint.close();
	}
});

for (const [endpoint, parameter] of [
	['Responses', 'top_logprobs'],
	['Chat Completions', 'top_logprobs'],
	['Completions', 'logprobs'],
] as const)
	test(`the tokens of an answer of ${endpoint} are shown with their probabilities`, async ({
		app,
	}) => {
		const { page } = app;
		await app.open();
		await app.useDemo();
		await app.chooseEndpoint(endpoint);
		const text = 'Decide if the review is positive or negative. Review: Superb.';
		await app.writePrompt(endpoint === 'Completions' ? { prompt: text } : { user: text });
		const adder = page.getByRole('combobox', { name: 'Add parameter' });
		await adder.fill(parameter);
		await adder.press('Enter');
		await page.getByRole('textbox', { name: parameter, exact: true }).fill('3');
		await app.start();
		await app.finished();
		await app.results.getByRole('button', { name: '0' }).click();
		const detail = page.getByRole('dialog');
		await detail.getByText('Token probabilities').click();
		const tokens = detail.getByRole('listbox', { name: 'Tokens' });
		await expect(tokens).toHaveText('The review is positive.');
		await expectAccessible(page);

		const table = detail.getByRole('table', { name: /^Token \d/ });
		await expect(table).toContainText('Token 1 of 7');
		await tokens.press('End');
		await expect(tokens.getByRole('option', { selected: true })).toHaveText('.');
		await expect(table).toContainText('Token 7 of 7');
		await expect(table.getByRole('row')).toHaveCount(1 + 3);
		await expect(table.getByRole('row').nth(1)).toContainText(/^\s*\.\s*written\s*\d+\.\d %/);
		await tokens.getByText('is', { exact: false }).first().click();
		await expect(table).not.toContainText('Token 7 of 7');
	});

test('an answer of 5,000 tokens opens with the first thousand, and shows all on asking', async ({
	app,
}) => {
	const { page } = app;
	const endpoint = await createTestEndpoint({
		answer: ({ model }) => ({
			id: 'c',
			object: 'chat.completion',
			model: model ?? '',
			choices: [
				{
					index: 0,
					message: { role: 'assistant', content: 'word '.repeat(5_000) },
					finish_reason: 'stop',
					logprobs: {
						content: Array.from({ length: 5_000 }, (_, i) => ({
							token: 'word ',
							logprob: -(i % 40) / 10,
							bytes: null,
							top_logprobs: [{ token: 'word ', logprob: -(i % 40) / 10 }],
						})),
					},
				},
			],
		}),
	});
	try {
		await app.open();
		await app.useEndpoint(endpoint.url);
		await app.writeModel('test-small');
		await app.writePrompt({ user: 'Go on.' });
		await app.start();
		await app.finished();
		await app.results.getByRole('button', { name: '0' }).click();
		const detail = page.getByRole('dialog');
		await detail.getByText('Token probabilities').click();
		const options = detail.getByRole('listbox', { name: 'Tokens' }).locator('[role=option]');
		await expect(options).toHaveCount(1_000);
		await app.button('Show all 5,000 tokens').click();
		await expect(options).toHaveCount(5_000);
	} finally {
		await endpoint.close();
	}
});
