import { expect, test } from 'vitest';
import { Ledger, type LedgerEntry } from './ledger.ts';

const entry = (arrival: number, scenario: LedgerEntry['scenario']): LedgerEntry => ({
	arrival,
	protocol: 'http2',
	path: '/v1/chat/completions',
	query: '',
	headers: {},
	body: {},
	row: String(arrival),
	key: null,
	arrivedAt: arrival,
	seenBefore: 0,
	scenario,
	limited: false,
	status: 200,
	ending: 'open',
	endedAt: null,
});

test('of 50,000 requests all are counted, and no more entries are held than asked for', async () => {
	const ledger = new Ledger(100);
	let most = 0;
	for (let i = 0; i < 50_000; i++) {
		const one = entry(i, i % 5 === 0 ? 'htmlPage' : 'plainReply');
		ledger.noteSeen('/', `body ${String(i % 40_000)}`);
		ledger.noteArrival(one);
		if (i % 5 === 0) ledger.noteEnding({ ...one, status: null }, 'reset', i);
		else ledger.noteEnding(one, 'answered', i);
		ledger.noteOther({ method: 'OPTIONS', path: '/', query: '', headers: {} });
		most = Math.max(most, ledger.requests.length, ledger.others.length);
	}
	expect(most).toBeLessThanOrEqual(200);
	expect(ledger.requests.at(-1)?.arrival).toBe(49_999);
	expect(ledger.requests.length).toBeGreaterThanOrEqual(100);
	expect(ledger.preflightCount).toBe(50_000);
	expect(ledger.inFlight).toBe(0);
	const { byScenario, byStatus, byEnding, byProtocol, ...counts } = ledger.tally;
	expect(counts).toEqual({ arrivals: 50_000, bodies: 40_000, mostAttempts: 2 });
	expect([...byScenario]).toEqual([
		['htmlPage', 10_000],
		['plainReply', 40_000],
	]);
	expect([...byStatus]).toEqual([
		['none', 10_000],
		['200', 40_000],
	]);
	expect([...byEnding]).toEqual([
		['reset', 10_000],
		['answered', 40_000],
	]);
	expect([...byProtocol]).toEqual([['http2', 50_000]]);
	await ledger.arrived(50_000);
	await ledger.ended(50_000);
});
