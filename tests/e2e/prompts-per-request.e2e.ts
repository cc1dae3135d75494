import { askedTexts, countTokens, echoText } from '../endpoint/echo.ts';
import { expect, expectAccessible, test } from './fixtures.ts';
import type { App } from './support/app.ts';

const rows = 130;
const bad = 47;

const textOf = (row: number): string =>
	row === bad ? 'a bad one [[scenario:invalidPrompt]]' : `text ${String(row)}`;

const csv = `id,text\n${Array.from({ length: rows }, (_, row) => `r${String(row)},"${textOf(row)}"`).join('\n')}\n`;

async function compose(app: App, url: string): Promise<void> {
	await app.open();
	await app.dropCsv('texts.csv', csv);
	await app.useEndpoint(url);
	await app.writeModel('base-1');
	await app.chooseEndpoint('Completions');
	await app.writePrompt({ prompt: 'Go on: {text}' });
	await app.set('Prompts per request', 20);
}

test('twenty prompts a call: each gets its own choices, a bad one fails alone', async ({
	app,
	endpoint,
}) => {
	endpoint.play('shuffledChoices');
	await compose(app, endpoint.url);
	await app.set('Completions per prompt', 2);
	await expect(app.page.getByText('130 prompts in 7 requests')).toBeVisible();
	await app.start();
	await app.finished();
	const items = await app.downloadJson();

	const expected = Array.from({ length: rows }, (_, row) => {
		const prompt = `Go on: ${textOf(row)}`;
		const own = { id: `r${String(row)}`, row_index: row, prompt };
		const choices = row === bad ? [null] : [0, 1];
		return choices.map((choice_index) => ({
			...own,
			choice_index,
			response: choice_index === null ? null : echoText(prompt, choice_index),
			error: choice_index === null ? 'contentFiltered' : null,
			attempts: 1,
		}));
	}).flat();
	expect(
		items.map(({ id, row_index, prompt, choice_index, response, error, attempts }) => ({
			...{ id, row_index, prompt, choice_index, response, attempts },
			error: error?.kind ?? null,
		})),
	).toEqual(expected);

	// The calls as they arrived: seven, and what it took to find the bad one.
	const calls = endpoint.ledger.requests.map(({ body }) => askedTexts(body));
	expect(calls.length).toBeLessThanOrEqual(7 + 2 * 5);
	expect(calls.length).toBeGreaterThan(7);
	expect(calls.filter(({ length }) => length === 20)).toHaveLength(6);
	const answered = endpoint.ledger.requests.filter(({ status }) => status === 200);
	const sent = answered.flatMap(({ body }) => askedTexts(body));
	expect(new Set(sent).size).toBe(rows - 1);
	expect(sent).toHaveLength(rows - 1);

	// Every item holds the usage of its whole call, and no tokens of its own unless it travelled alone.
	for (const item of items) {
		if (item.completion === null) continue;
		const call = answered.find(({ body }) => askedTexts(body).includes(item.prompt ?? ''));
		const texts = call === undefined ? [] : askedTexts(call.body);
		expect(item.completion['usage']).toMatchObject({
			prompt_tokens: countTokens(texts.join('\n')),
		});
		expect(item.number_of_prompt_tokens === null).toBe(texts.length > 1);
		expect(item.choice?.['index']).toBe(
			texts.indexOf(item.prompt ?? '') * 2 + (item.choice_index ?? 0),
		);
	}
});

test('an endpoint that takes one prompt a call is named, and gets them one by one', async ({
	app,
	endpoint,
}) => {
	endpoint.play('arraysRefused');
	await compose(app, endpoint.url);
	await app.start();
	await app.finished();
	await expect(app.page.getByText('This endpoint takes one prompt a call')).toBeVisible();
	await expectAccessible(app.page);
	const items = await app.downloadJson();
	expect(items.filter(({ error }) => error !== null).map(({ id }) => id)).toEqual([
		`r${String(bad)}`,
	]);
	const together = endpoint.ledger.requests.filter(({ body }) => Array.isArray(body['prompt']));
	// Six at once go to an http:// address: the way down, and what was in flight when it was known.
	expect(together.length).toBeLessThanOrEqual(5 + 5);
	expect(endpoint.ledger.arrivals).toBe(together.length + rows);
});

test('the setting is there for Completions alone, and a copy of the run has it', async ({
	app,
	endpoint,
}) => {
	await compose(app, endpoint.url);
	const field = app.page.getByRole('spinbutton', { name: 'Prompts per request' });
	await app.chooseEndpoint('Chat Completions');
	await expect(field).toBeHidden();
	await app.chooseEndpoint('Completions');
	await expect(field).toHaveValue('20');
	await app.set('Prompts per request', 0);
	await app.startButton.click();
	await expect(
		app.page.getByText('Prompts per request must be a whole number from 1 to 128.').first(),
	).toBeVisible();
	await app.set('Prompts per request', 50);
	await app.start();
	await app.finished();
	await app.button('Duplicate').click();
	await expect(field).toHaveValue('50');
});
