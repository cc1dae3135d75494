// @ts-check
import {
	figure,
	finished,
	idOf,
	madeAgain,
	promptOf,
	results,
	startRun,
	watchReasons,
} from './page.mjs';

const share = 0.2;
/**
 * What the page is to say of an attempt that met a fault.
 * @type {Readonly<Record<string, string>>}
 */
const told = {
	timeout408: 'timeout',
	conflict409: 'conflict',
	rateLimitedBriefly: 'rate limit',
	serverError500: 'server error',
	errorAsText: 'server error',
	badGatewayHtml: 'server error',
	overloaded503: 'overloaded',
	loadingModel503: 'overloaded',
	gatewayTimeout504: 'server error',
	unknownError520: 'server error',
	overloaded529: 'overloaded',
	errorInside200: 'server error',
	htmlPage: 'web page',
	captivePortal: 'connection',
	emptyBody: 'broken answer',
	truncatedJson: 'broken answer',
	invalidJson: 'broken answer',
	answeredTwice: 'broken answer',
	missingChoices: 'broken answer',
	noChoices: 'broken answer',
	withoutCors: 'connection',
	redirected: 'connection',
	resetBeforeHeaders: 'connection',
	resetMidBody: 'connection',
	resetAfterBody: 'connection',
	hangsForever: 'timeout',
	stallsAfterHeaders: 'timeout',
	stallsMidBody: 'timeout',
	stallsAfterBody: 'timeout',
};

/**
 * A fifth of all attempts meets a fault, of every kind that passes. Every row has to come out once and right.
 * @param {import('./run.mjs').World} world
 */
export async function mixedFaults({ page, site, open, load, isShort }) {
	const { drawnFrom, transientFaults } = /** @type {typeof import('../endpoint/mixture.ts')} */ (
		await load('endpoint/mixture.ts')
	);
	const { echoText } = /** @type {typeof import('../endpoint/echo.ts')} */ (
		await load('endpoint/echo.ts')
	);
	const rows = isShort ? 400 : 10_000;
	// Few rows draw as many faults as their seed has it: this one close to a fifth, and every kind.
	const seed = isShort ? 12 : 7;
	const endpoint = await open({
		protocol: 'http2',
		scenario: drawnFrom({ seed, share, kinds: transientFaults }),
	});
	/** @type {import('./page.mjs').Run} */
	const run = {
		rows,
		textOf: (row) => `Zeile ${String(row)}: naïve café ☕ ${String((row * 7_919) % 10_007)}`,
		concurrency: 100,
		timeoutSeconds: 5,
	};
	console.log(
		`${String(rows)} requests, ${String(share * 100)} % of the attempts faulty (${String(transientFaults.length)} kinds, seed ${String(seed)}), HTTP/2`,
	);
	const pressedAt = await startRun(page, site, endpoint, run);
	const reasons = watchReasons(page);
	await finished(page, rows, 1_200_000);
	const seconds = (performance.now() - pressedAt) / 1_000;
	const { requests, tally, preflightCount } = endpoint.ledger;
	const items = await results(page);
	for (const [words, share] of reasons())
		console.log(`    ${share.toFixed(0)} % of the time: ${words}`);
	const seen = new Map(items.map((item) => [item.id, item]));
	const failed = items.filter(({ error }) => error !== null);
	let wrong = 0;
	let lost = 0;
	for (let row = 0; row < rows; row++) {
		const item = seen.get(idOf(row));
		if (item === undefined) lost++;
		else if (item.error === null && item.response !== echoText(promptOf(run, row), 0)) wrong++;
	}
	figure('seconds', seconds);
	figure('rows without a result', lost, 0);
	figure('rows with two results', items.length - seen.size, 0);
	figure('rows with a wrong answer', wrong, 0);
	figure('failed requests', failed.length, 1);
	const met = new Map();
	for (const [scenario, count] of tally.byScenario) {
		if (scenario === 'plainReply') continue;
		const word = told[scenario] ?? `no word for ${scenario}`;
		met.set(word, (met.get(word) ?? 0) + count);
	}
	// A request that failed for good made its last attempt for nothing: that is a result, and is told there.
	const again = await madeAgain(page);
	let missing = -failed.length;
	for (const [word, count] of met) missing += Math.max(0, count - (again.get(word) ?? 0));
	figure('faults that the page does not tell as what they were', Math.max(0, missing), 0);
	const toldInAll = [...again.values()].reduce((sum, count) => sum + count, 0);
	const metInAll = [...met.values()].reduce((sum, count) => sum + count, 0);
	figure('attempts made again without a fault at the endpoint', toldInAll - metInAll);
	for (const [word, count] of met)
		console.log(`    ${word}: ${String(count)} met, ${String(again.get(word) ?? 0)} told`);
	figure('attempts ÷ requests', tally.arrivals / rows, 1.28);
	figure('most attempts of one request', tally.mostAttempts);
	figure(
		'faults met, % of the attempts',
		(100 * requests.filter(({ scenario }) => scenario !== 'plainReply').length) / tally.arrivals,
	);
	figure('kinds of faults met', tally.byScenario.size - 1);
	figure('most in flight at the endpoint', endpoint.ledger.maxInFlight);
	figure('preflights', preflightCount);
	figure(
		'requests over another protocol than HTTP/2',
		tally.arrivals - (tally.byProtocol.get('http2') ?? 0),
		0,
	);
	for (const { id, error } of failed.slice(0, 5)) console.log(`  ${id}: ${JSON.stringify(error)}`);
}
