import type { ResultItem } from '#domain/result-item.ts';
import { countTokens, echoCreated, echoText } from '../endpoint/echo.ts';
import { awkwardCsv, awkwardRows } from '../support/awkward-rows.ts';
import { expect, test } from './fixtures.ts';

const instruction =
	"You'll be provided with a review of a coffe. Decide if the review is positive or negative. Review: ";

test('the classic example: three reviews, one variable', async ({ app }) => {
	await app.open();
	await app.button('Use sample data').click();
	await expect(app.page.getByText('× 72 rows ×')).toBeVisible();
	await app.writePrompt({ system: '', user: `${instruction}{review}` });
	await app.start();
	await app.finished();
	const items = await app.downloadJson();
	expect(items.slice(0, 3).map(({ id, response }) => [id, response])).toEqual([
		['0', 'The review is positive.'],
		['1', 'The review is positive.'],
		['2', 'The review is negative.'],
	]);
});

test('the classic example: two reviews, two variables', async ({ app }) => {
	const [good, bad] = [
		'Very good coffee, lightly roasted, with good aroma and taste.',
		'Nothing above the level of coffees from the supermarket. The coffee is simply weak. I do not recommend.',
	];
	await app.open();
	await app.dropCsv(
		'pairs.csv',
		`id,first_review,second_review\n0,"${good}","${bad}"\n1,"${bad}","${good}"\n`,
	);
	await app.writePrompt({
		user: "You'll be provided with two reviews of a coffee. Decide which one is positive.\n\nFirst review: {first_review}\nSecond review: {second_review}",
	});
	await app.start();
	await app.finished();
	expect((await app.downloadJson()).map(({ response }) => response)).toEqual([
		'The first review is positive.',
		'The second review is positive.',
	]);
});

test('5,000 awkward rows × 2 templates × 2 choices are 20,000 items, each as computed without Volley', async ({
	app,
	endpoint,
}) => {
	test.setTimeout(300_000);
	const rows = awkwardRows(5_000);
	await app.open();
	await app.chooseFiles([{ name: 'awkward.csv', buffer: Buffer.from(awkwardCsv(rows)) }]);
	await expect(app.page.getByText('× 5,000 rows ×')).toBeVisible();
	await app.useEndpoint(endpoint.url, 'sk-test-key-0123456789');
	await app.writeModel('test-small');
	await app.writePrompt({ system: 'Judge {lang}', user: 'Say {"text": "{text}"} #{id}' });
	await app.addTemplate();
	await app.writePrompt({ template: 2, user: '{{{text}}} and {num ber}' });
	await app.set('Completions per prompt', 2);
	await app.set('Temperature', 0);
	await app.start();
	await app.finished(240_000);
	const items = await app.downloadJson();

	const expected = [0, 1].flatMap((prompt_index) =>
		rows.flatMap((row, row_index) => {
			const user =
				prompt_index === 0
					? `Say {"text": "${row.text}"} #${row.id}`
					: `{${row.text}} and ${row['num ber']}`;
			const messages = [
				...(prompt_index === 0 ? [{ role: 'system', content: `Judge ${row.lang}` }] : []),
				{ role: 'user', content: user },
			];
			const answers = [echoText(user, 0), echoText(user, 1)];
			const promptTokens = countTokens(messages.map(({ content }) => content).join('\n'));
			const completionTokens = answers.reduce((sum, text) => sum + countTokens(text), 0);
			return answers.map((response, choice_index) => ({
				id: row.id,
				prompt_index,
				row_index,
				model_index: 0,
				choice_index,
				messages,
				messages_raw:
					prompt_index === 0
						? [
								{ role: 'system', content: 'Judge {lang}' },
								{ role: 'user', content: 'Say {"text": "{text}"} #{id}' },
							]
						: [{ role: 'user', content: '{{{text}}} and {num ber}' }],
				prompt_args:
					prompt_index === 0
						? { id: row.id, lang: row.lang, text: row.text }
						: { text: row.text, 'num ber': row['num ber'] },
				row,
				model_args: { model: 'test-small', n: 2, temperature: 0 },
				choice: {
					index: choice_index,
					message: { role: 'assistant', content: response, refusal: null },
					logprobs: null,
					finish_reason: 'stop',
				},
				completion: {
					object: 'chat.completion',
					created: echoCreated,
					model: 'test-small',
					usage: {
						prompt_tokens: promptTokens,
						completion_tokens: completionTokens,
						total_tokens: promptTokens + completionTokens,
					},
					system_fingerprint: null,
				},
				response,
				number_of_prompt_tokens: promptTokens,
				number_of_generated_tokens: completionTokens,
				error: null,
				attempts: 1,
			}));
		}),
	);

	expect(items).toHaveLength(20_000);
	// Compared by text: a difference of one item among so many is then shown without comparing them all.
	const lines = items.map((item) => JSON.stringify(sorted(comparable(item))));
	const wanted = expected.map((item) => JSON.stringify(sorted(item)));
	const wrong = lines.findIndex((line, i) => line !== wanted[i]);
	expect(lines[wrong]).toBe(wanted[wrong]);
	expect(items.every(({ started_at }) => !Number.isNaN(Date.parse(started_at)))).toBe(true);
	expect(endpoint.ledger.requests).toHaveLength(10_000);
	expect(endpoint.ledger.maxInFlight).toBeLessThanOrEqual(6);
});

/** Without what no computation can know: when it was sent, how long it waited and took, and the ids of call and answer. */
function comparable(item: ResultItem): object {
	const { started_at, latency_ms, queued_ms, request_id, completion, ...rest } = item;
	const { id, ...known } = completion ?? {};
	expect([typeof started_at, typeof request_id, typeof id]).toEqual(['string', 'string', 'string']);
	expect([typeof latency_ms, typeof queued_ms]).toEqual(['number', 'number']);
	return { ...rest, completion: known };
}

/** The same value with every object's keys in one order. */
function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.toSorted(([a], [b]) => (a < b ? -1 : 1))
			.map(([key, inner]) => [key, sorted(inner)]),
	);
}
