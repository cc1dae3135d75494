import type { JsonObject } from '#domain/json.ts';
import type { EndpointRequest } from '../endpoint/ledger.ts';
import type { Scenario } from '../endpoint/scenario.ts';
import { expect, expectAccessible, test } from './fixtures.ts';
import type { App } from './support/app.ts';

const csv = (rows: number): string =>
	`id,text\n${Array.from({ length: rows }, (_, i) => `${String(i)},word ${String(i)}`).join('\n')}\n`;

async function compose(app: App, url: string, rows: number): Promise<void> {
	await app.open();
	await app.dropCsv('words.csv', csv(rows));
	await app.useEndpoint(url);
	await app.writeModel('o4-mini');
	await app.writePrompt({ user: 'Repeat {text}' });
	await app.set('Max tokens', 50);
}

/** As a reasoning model: it knows the newer name of the limit alone, and no temperature. */
const reasoning = ({ body }: EndpointRequest): Scenario =>
	'max_tokens' in body
		? 'unsupportedParameter'
		: 'temperature' in body
			? 'unsupportedValue'
			: 'plainReply';

const short = ({ body }: EndpointRequest): Scenario =>
	body['max_tokens'] === 50 ? 'cutAtLength' : 'plainReply';

test('refused parameters are mended one by one by a press each, remembered, and forgotten on asking', async ({
	app,
	endpoint,
}) => {
	endpoint.play(reasoning);
	await compose(app, endpoint.url, 6);
	await app.set('Temperature', 0.2);
	await app.start();

	await expect(app.alert).toContainText('o4-mini refused the parameter max_tokens.');
	await expect(app.alert).toContainText('Use ‘max_completion_tokens’'.replaceAll(/[‘’]/g, "'"));
	await expectAccessible(app.page);
	await app.button('Send max_completion_tokens instead and resume').click();
	await expect(app.alert).toContainText('o4-mini refused the parameter temperature.');
	await app.button('Leave temperature out for o4-mini and resume').click();
	await app.finished();
	expect(endpoint.ledger.requests).toHaveLength(2 + 6);
	const sent: JsonObject = { model: 'o4-mini', max_completion_tokens: 50 };
	for (const { model_args } of await app.downloadJson()) expect(model_args).toEqual(sent);

	await app.page.getByRole('tab', { name: 'Setup' }).click();
	await expect(
		app.page.getByText('max_tokens is sent as max_completion_tokens since'),
	).toBeVisible();

	await app.button('Duplicate').click();
	const note = app.page.getByText('o4-mini has refused settings before:');
	await expect(note).toContainText(
		'max_tokens is sent as max_completion_tokens, temperature is left out',
	);
	await expectAccessible(app.page);
	await app.start();
	await app.finished();
	expect(endpoint.ledger.requests).toHaveLength(8 + 6);

	await app.button('Duplicate').click();
	await app.button('Forget what o4-mini refused').click();
	await expect(note).toBeHidden();
	await app.start();
	await expect(app.alert).toContainText('o4-mini refused the parameter max_tokens.');
});

test('cut-off answers are asked for again with a higher limit, and stay in the results until then', async ({
	app,
	endpoint,
}) => {
	endpoint.play((request) => (request.arrival < 4 ? short(request) : 'plainReply'));
	await compose(app, endpoint.url, 8);
	await app.start();
	await app.finished();
	const before = await app.downloadJson();
	const cut = before.filter(({ choice }) => choice?.['finish_reason'] === 'length');
	expect(cut).toHaveLength(4);

	endpoint.play(short);
	endpoint.hold();
	await app.button('Retry 4 truncated…').click();
	const limit = app.page.getByRole('dialog').getByRole('spinbutton', { name: 'Max tokens' });
	await expect(limit).toHaveValue('100');
	await expectAccessible(app.page);
	await limit.fill('50');
	await app.button('Retry truncated').click();
	// No more than before would cut them off again.
	await expect(app.page.getByRole('dialog')).toBeVisible();
	await limit.fill('400');
	await app.button('Retry truncated').click();
	await expect.poll(() => app.progress()).toEqual({ settled: 4, planned: 8 });
	expect(await app.downloadJson()).toEqual(before);

	endpoint.release();
	await app.finished();
	expect(endpoint.ledger.requests).toHaveLength(8 + 4);
	const after = await app.downloadJson();
	const limits = after.map(({ model_args }) => model_args['max_tokens']);
	expect(limits.filter((one) => one === 400)).toHaveLength(4);
	expect(after.every(({ choice }) => choice?.['finish_reason'] === 'stop')).toBe(true);
	await expect(app.button('Retry 4 truncated…')).toBeHidden();
});

test('answers that the model’s own limit cut off are asked for again under a number alone', async ({
	app,
	endpoint,
}) => {
	endpoint.play('cutAtLength');
	await compose(app, endpoint.url, 2);
	await app.page.getByRole('spinbutton', { name: 'Max tokens' }).fill('');
	await app.start();
	await app.finished();
	await app.button('Retry 2 truncated…').click();
	const limit = app.page.getByRole('dialog').getByRole('spinbutton', { name: 'Max tokens' });
	await expect(limit).toHaveValue('');
	await app.button('Retry truncated').click();
	// Under the same limit they would be paid for, and cut off, again.
	await expect(app.page.getByRole('dialog')).toBeVisible();
	expect(endpoint.ledger.requests).toHaveLength(2);
	endpoint.play('plainReply');
	await limit.fill('400');
	await app.button('Retry truncated').click();
	// It read as finished before, too.
	await endpoint.ledger.arrived(4);
	await app.finished();
	expect(endpoint.ledger.requests.map(({ body }) => body['max_tokens'])).toEqual([
		undefined,
		undefined,
		400,
		400,
	]);
});

test('a wrong address shows within seconds what to look at, while it is still being tried', async ({
	app,
	endpoint,
}) => {
	await endpoint.close();
	await compose(app, endpoint.url, 3);
	await app.start();
	await expect(app.alert).toContainText('It is still being tried.', { timeout: 10_000 });
	await expect(app.alert.getByRole('listitem').first()).toContainText(
		'A server is running at 127.0.0.1',
	);
	await expect(app.alert).toContainText('OLLAMA_ORIGINS=http://127.0.0.1');
	await expectAccessible(app.page);
	await app.stop();
	await expect(app.alert).toBeHidden();
});
