import { echoText } from '../endpoint/echo.ts';
import { expect, expectAccessible, test } from './fixtures.ts';

test('a newcomer reaches a finished run in two presses, and nothing leaves the page', async ({
	app,
	requestedElsewhere,
}) => {
	await app.open();
	await expectAccessible(app.page);

	await app.button('Use sample data').click();
	await expect(app.startButton).toBeEnabled();
	await expectAccessible(app.page);

	await app.start();
	await app.finished();
	await expectAccessible(app.page);

	const { planned } = await app.progress();
	const items = await app.downloadJson();
	expect(items).toHaveLength(planned);
	expect(items.map((item) => item.row_index)).toEqual(items.map((_, i) => i));
	expect(items.filter((item) => item.error !== null)).toEqual([]);
	expect(requestedElsewhere).toEqual([]);
});

test('a dropped CSV, a prompt and an endpoint become one item for each choice, in plan order', async ({
	app,
	endpoint,
}) => {
	await app.open();
	await app.dropCsv('cities.csv', 'id,city\na,Łódź\nb,"Paris, France"\n');
	await app.useEndpoint(endpoint.url, 'sk-test-key-0123456789');
	await app.writeModel('test-small');
	await app.writePrompt({ user: 'Where is {city}?' });
	await app.set('Completions per prompt', 2);
	await app.start();
	await app.finished();

	const items = await app.downloadJson();
	expect(items.map((item) => item.response)).toEqual([
		echoText('Where is Łódź?', 0),
		echoText('Where is Łódź?', 1),
		echoText('Where is Paris, France?', 0),
		echoText('Where is Paris, France?', 1),
	]);
	expect(endpoint.ledger.requests.map(({ key }) => key)).toEqual([
		'sk-test-key-0123456789',
		'sk-test-key-0123456789',
	]);
});
