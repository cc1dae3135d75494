import { describe, expect, test } from 'vitest';
import { call } from './client.ts';
import { drawnFrom, transientFaults } from './mixture.ts';
import { createTestEndpoint } from './test-endpoint.ts';

const rows = Array.from({ length: 10_000 }, (_, i) => String(i));
const draw = drawnFrom({ seed: 1, share: 0.2, kinds: transientFaults });

describe('faults drawn from a seed', () => {
	test('a fifth of the attempts meets a fault, every kind about as often', () => {
		const drawn = rows.map((row) => draw({ row }, 0)).filter((name) => name !== 'plainReply');
		expect(Math.abs(drawn.length - 2_000)).toBeLessThan(150);
		const counts = transientFaults.map((kind) => drawn.filter((name) => name === kind).length);
		expect(Math.min(...counts)).toBeGreaterThan(35);
		expect(Math.max(...counts)).toBeLessThan(115);
	});

	test('the same row meets the same faults in whatever order, and another seed meets others', () => {
		const forwards = rows.map((row) => draw({ row }, 0));
		const again = drawnFrom({ seed: 1, share: 0.2, kinds: transientFaults });
		const backwards = rows.toReversed().map((row) => again({ row }, 0));
		expect(backwards.toReversed()).toEqual(forwards);
		const other = drawnFrom({ seed: 2, share: 0.2, kinds: transientFaults });
		expect(rows.map((row) => other({ row }, 0))).not.toEqual(forwards);
	});

	test('the attempts of a row are drawn each on its own', () => {
		const faulty = rows.filter((row) => draw({ row }, 0) !== 'plainReply');
		const again = faulty.filter((row) => draw({ row }, 1) !== 'plainReply');
		expect(Math.abs(again.length / faulty.length - 0.2)).toBeLessThan(0.04);
	});

	test('the others get what is said', () => {
		const slow = drawnFrom({ seed: 1, share: 0, kinds: transientFaults, otherwise: 'slow(8)' });
		expect(slow({ row: '7' }, 0)).toBe('slow(8)');
	});

	test('an endpoint draws for the row that a prompt marks, else for its text', async () => {
		const rowsSeen: string[] = [];
		const endpoint = await createTestEndpoint({
			scenario: ({ row }) => {
				rowsSeen.push(row);
				return 'plainReply';
			},
		});
		for (const content of ['a [[row:r 17]] b', 'no mark'])
			await call(endpoint, { model: 'm', messages: [{ role: 'user', content }] });
		await endpoint.close();
		expect(rowsSeen).toEqual(['r 17', 'no mark']);
		expect(endpoint.ledger.requests.map(({ row }) => row)).toEqual(['r 17', 'no mark']);
	});
});
