// @ts-check
import { bar, figure, startRun } from './page.mjs';

const concurrency = 32;

/**
 * A refusal that stops the run, in the middle of it. All that is in flight is held at the endpoint; one of them alone is
 * answered, with the refusal; the others are let go once the page has said what stopped it. So every request that arrives
 * after the refusal left is one that should not have been sent: none of them can have been on its way already.
 * @param {import('./run.mjs').World} world
 */
export async function refusedMidway({ page, site, open, isShort }) {
	/** @type {readonly import('../endpoint/scenario.ts').Scenario[]} */
	const kinds = isShort
		? ['wrongKey', 'quotaExhausted']
		: [
				'wrongKey',
				'missingScopes',
				'forbidden',
				'quotaExhausted',
				'creditExhausted',
				'paymentRequired',
			];
	for (const kind of kinds) {
		await heldWhileRefused({ page, site, open, isShort, kind });
		await refusedAtFullSpeed({ page, site, open, isShort, kind });
	}
}

/** @param {Pick<import('./run.mjs').World, 'page' | 'site' | 'open' | 'isShort'> & { kind: import('../endpoint/scenario.ts').Scenario }} world */
async function heldWhileRefused({ page, site, open, kind }) {
	const before = 300;
	const endpoint = await open({
		protocol: 'http2',
		scenario: ({ arrival }) => (arrival === before ? kind : 'slow(5)'),
	});
	const { ledger } = endpoint;
	console.log(`${kind} to one request, ${String(concurrency)} in flight and held, HTTP/2`);
	/** @type {(arrival: number) => boolean} */
	const hasArrived = (arrival) => ledger.arrivals > arrival;
	endpoint.hold();
	// Up to the one that is refused all are answered, in the order in which they came.
	endpoint.letThrough(before);
	await startRun(page, site, endpoint, {
		rows: 2_000,
		textOf: (row) => `${kind} ${String(row)}`,
		concurrency,
	});
	await ledger.arrived(before + concurrency);
	if (!hasArrived(before + concurrency - 1) || ledger.inFlight !== concurrency)
		throw new Error(`${String(ledger.inFlight)} are in flight, ${String(concurrency)} should be`);
	endpoint.letThrough(1);
	await ledger.ended(before + 1);
	await page.getByRole('alert').first().waitFor();
	const until = ledger.arrivals;
	endpoint.release();
	await ledger.ended(before + concurrency);
	// All that the page was waiting for is there: once they are settled nothing can start a request any more.
	await settled(page, before + concurrency - 1);
	figure(
		'requests that left after it was received, the others held',
		until - before - concurrency,
		0,
	);
	figure('requests that left once the others were answered', ledger.arrivals - until, 0);
}

/** @param {Pick<import('./run.mjs').World, 'page' | 'site' | 'open' | 'isShort'> & { kind: import('../endpoint/scenario.ts').Scenario }} world */
async function refusedAtFullSpeed({ page, site, open, kind }) {
	const before = 300;
	const endpoint = await open({
		protocol: 'http2',
		scenario: ({ arrival }) => (arrival < before ? 'slow(20)' : kind),
	});
	const { ledger } = endpoint;
	console.log(`${kind} to every request from one on, at full speed, HTTP/2`);
	await startRun(page, site, endpoint, {
		rows: 2_000,
		textOf: (row) => `${kind} at speed ${String(row)}`,
		concurrency,
	});
	await page.getByRole('alert').first().waitFor();
	await settled(page, before);
	const refused = ledger.requests.slice(before);
	const leftAt = Math.min(...refused.map(({ endedAt }) => endedAt ?? Infinity));
	const after = refused.filter(({ arrivedAt }) => arrivedAt > leftAt);
	const lastMs = Math.max(0, ...after.map(({ arrivedAt }) => arrivedAt - leftAt));
	figure('requests refused', refused.length, concurrency);
	figure('of them arrived after the first refusal left the endpoint', after.length);
	figure('the last of them so many ms after it', lastMs);
}

/** @param {import('@playwright/test').Page} page @param {number} count */
async function settled(page, count) {
	await bar(page)
		.and(page.locator(`[aria-valuenow="${String(count)}"]`))
		.waitFor();
}
