import { countTokens, echoText } from '../endpoint/echo.ts';
import { expect, test } from './fixtures.ts';

/*
 * What the examples, documents and tests of batch-prompt and allms do in code, done through the page: the same prompts leave in
 * the same order, and the file holds the same under the same keys. Calls of several prompts, backends by tokens a minute and
 * lists of model arguments have files of their own.
 */

test.describe('batch-prompt', () => {
	test('two prompts × two dicts of Completions, two completions each, with log probabilities', async ({
		app,
		endpoint,
	}) => {
		await app.open();
		await app.dropCsv('foods.csv', 'food\npizza\napples\n');
		await app.useEndpoint(endpoint.url);
		await app.writeModel('base-1');
		await app.chooseEndpoint('Completions');
		await app.writePrompt({ prompt: 'I like {food}' });
		await app.addTemplate();
		await app.writePrompt({ template: 2, prompt: 'I hate {food}' });
		await app.set('Completions per prompt', 2);
		await app.set('Max tokens', 1);
		await app.writeOtherParameters('{"logprobs": 5}');
		await app.start();
		await app.finished();
		const items = await app.downloadJson();

		const expected = ['I like {food}', 'I hate {food}'].flatMap((prompt_raw) =>
			['pizza', 'apples'].flatMap((food) => {
				const prompt = prompt_raw.replace('{food}', food);
				return [0, 1].map((j) => ({
					prompt,
					prompt_raw,
					prompt_args: { food },
					model_args: { model: 'base-1', n: 2, max_tokens: 1, logprobs: 5 },
					choice_index: j,
					response: echoText(prompt, j),
				}));
			}),
		);
		expect(
			items.map(({ prompt, prompt_raw, prompt_args, model_args, choice_index, response }) => ({
				...{ prompt, prompt_raw, prompt_args, model_args, choice_index, response },
			})),
		).toEqual(expected);
		for (const { choice, completion } of items) {
			expect(choice).toMatchObject({ text: expect.any(String), finish_reason: 'stop' });
			expect(completion).not.toHaveProperty('choices');
		}
	});

	test('a list of lists of messages, filled from dicts', async ({ app, endpoint }) => {
		const lists = ['terse', 'rude'].map((manner) => [
			{ role: 'system', content: `You are ${manner}.` },
			{ role: 'user', content: 'Say {word}' },
			{ role: 'assistant', content: '{word}!' },
			{ role: 'user', content: 'Again' },
		]);
		await app.open();
		await app.dropCsv('words.csv', 'word\nyes\nno\n');
		await app.useEndpoint(endpoint.url);
		await app.writeModel('m');
		await app.button('Import templates').click();
		const dialog = app.page.getByRole('dialog');
		await dialog
			.locator('input[type=file]')
			.first()
			.setInputFiles({
				name: 'messages.json',
				mimeType: 'application/json',
				buffer: Buffer.from(JSON.stringify(lists)),
			});
		await dialog
			.getByRole('button', { name: /^(Replace|Import)/ })
			.first()
			.click();
		await expect(app.page.getByText('2 templates × 2 rows × 1 model')).toBeVisible();
		await app.start();
		await app.finished();
		const items = await app.downloadJson();
		expect(items.map(({ messages_raw }) => messages_raw)).toEqual(
			lists.flatMap((list) => [list, list]),
		);
		expect(items.map(({ messages }) => messages)).toEqual(
			lists.flatMap((list) =>
				['yes', 'no'].map((word) =>
					list.map(({ role, content }) => ({ role, content: content.replace('{word}', word) })),
				),
			),
		);
	});

	test('a prompt without arguments is sent as it is, its braces too', async ({ app, endpoint }) => {
		const prompt = 'Return {"a": {"b": [1, {}]}} and \\frac{1}{2}';
		await app.open();
		await app.useEndpoint(endpoint.url);
		await app.writeModel('m');
		await app.writePrompt({ user: prompt });
		await app.start();
		await app.finished();
		const [item, ...others] = await app.downloadJson();
		expect([item?.messages, item?.prompt_args, others]).toEqual([
			[{ role: 'user', content: prompt }],
			{},
			[],
		]);
	});
});

test.describe('allms', () => {
	const keywords = 'Odpowiedz w JSON: {{"keywords": ["{first}", "{second}"]}} <b>{first}</b>';

	test('rows come back with their ids, texts and tokens, JSON in doubled braces', async ({
		app,
		endpoint,
	}) => {
		const rows = [
			{ id: 'a', first: 'żółć', second: '<i>x</i> & "y"' },
			{ id: 'b', first: '{second}', second: 'ł\nnewline' },
			{ id: 'a', first: '', second: '0' },
		];
		const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
		await app.open();
		await app.dropCsv(
			'pl.csv',
			`id,first,second\n${rows.map(({ id, first, second }) => [id, first, second].map(cell).join(',')).join('\n')}\n`,
		);
		await app.useEndpoint(endpoint.url);
		await app.writeModel('m');
		await app.writePrompt({ system: 'Be brief.', user: keywords });
		await app.start();
		await app.finished();
		const items = await app.downloadJson();
		expect(
			items.map((item) => ({
				id: item.id,
				args: item.prompt_args,
				response: item.response,
				tokens: [item.number_of_prompt_tokens, item.number_of_generated_tokens],
				error: item.error,
			})),
		).toEqual(
			rows.map(({ id, first, second }) => {
				const user = `Odpowiedz w JSON: {"keywords": ["${first}", "${second}"]} <b>${first}</b>`;
				const response = echoText(user, 0);
				return {
					id,
					args: { first, second },
					response,
					tokens: [countTokens(`Be brief.\n${user}`), countTokens(response)],
					error: null,
				};
			}),
		);
	});

	test('a variable without a column is refused before anything is sent', async ({
		app,
		endpoint,
	}) => {
		await app.open();
		await app.useEndpoint(endpoint.url);
		await app.writeModel('m');
		await app.writePrompt({ user: 'Classify {review}' });
		await app.startButton.click();
		await expect(app.alert).toContainText('{review}');
		expect(endpoint.ledger.requests).toEqual([]);
	});

	test('one row is filtered and one is too long: they fail alone, with words, and the rest goes on', async ({
		app,
		endpoint,
	}) => {
		const long = 'word '.repeat(400);
		const filtered = 'bad [[scenario:contentFilter400]]';
		await app.open();
		await app.dropCsv('three.csv', `text\nfine\n${filtered}\n${long}\nfine too\n`);
		await app.useEndpoint(endpoint.url);
		await app.writeModel('m');
		await app.writePrompt({ user: '{text}' });
		await app.set('Context window (tokens)', 100);
		await app.start();
		await app.finished();
		const items = await app.downloadJson();
		expect(
			items.map(({ response, error, attempts }) => [response, error?.kind ?? null, attempts]),
		).toEqual([
			[echoText('fine', 0), null, 1],
			[null, 'contentFiltered', 1],
			[null, 'promptTooLong', 0],
			[echoText('fine too', 0), null, 1],
		]);
		expect(items[2]?.error?.message).toMatch(/context window of 100/);
		expect(endpoint.ledger.requests).toHaveLength(3);
	});

	test('several models go in one run, and 1,000 at once is what the browser can carry', async ({
		app,
		endpoint,
	}) => {
		await app.open();
		await app.dropCsv('two.csv', 'text\none\ntwo\n');
		await app.useEndpoint(endpoint.url);
		await app.writeModel('small');
		await app.button('Add model').click();
		await app.page.getByLabel('Model 2', { exact: true }).fill('large');
		await app.writePrompt({ user: '{text}' });
		await app.set('Max concurrency', 1_000);
		await expect(app.page.getByText('At most 6 at once are sent here')).toBeVisible();
		await app.start();
		await app.finished();
		const items = await app.downloadJson();
		expect(items.map(({ row, model_args }) => [row['text'], model_args['model']])).toEqual([
			['one', 'small'],
			['one', 'large'],
			['two', 'small'],
			['two', 'large'],
		]);
	});
});
