import { describe, expect, test } from 'vitest';
import type { Call } from '#engine/call.ts';
import { Gathering, type CallKey } from '#engine/gathering.ts';

const offer = (gathering: Gathering, request: number, key: CallKey = null): void => {
	gathering.offer({ request, estimate: 10 + request }, key);
};

const numbers = (call: Call | null): readonly number[] | null =>
	call?.members.map(({ request }) => request) ?? null;

describe('a gathering', () => {
	test('gives a call once it is whole, and costs what all of it costs', () => {
		const gathering = new Gathering(3);
		expect(gathering.isEmpty).toBe(true);
		for (const request of [4, 5]) {
			offer(gathering, request);
			expect(gathering.whole).toBeNull();
			expect(gathering.isEmpty).toBe(false);
		}
		offer(gathering, 6);
		expect(gathering.whole).toMatchObject({ request: 4, estimate: 45, failures: 0, partOf: null });
		expect(numbers(gathering.whole)).toEqual([4, 5, 6]);
		gathering.left();
		expect(gathering.isEmpty).toBe(true);
	});

	test('gathers those of each key for themselves, and gives the call that is whole first', () => {
		const gathering = new Gathering(3);
		offer(gathering, 0, 'a');
		for (const request of [1, 2]) offer(gathering, request, 'b');
		expect(gathering.whole).toBeNull();
		offer(gathering, 3, 'b');
		expect(numbers(gathering.whole)).toEqual([1, 2, 3]);
		gathering.left();
		expect(gathering.whole).toBeNull();
		expect(gathering.isEmpty).toBe(false);
		offer(gathering, 4, 'a');
		gathering.end();
		expect(numbers(gathering.whole)).toEqual([0, 4]);
	});

	test('holds no more than eight calls’ worth: then those leave whose first has waited longest', () => {
		const gathering = new Gathering(2);
		for (let request = 0; request < 15; request++) offer(gathering, request, request);
		expect(gathering.whole).toBeNull();
		for (let request = 15; request < 40; request++) {
			offer(gathering, request, request);
			expect(numbers(gathering.whole)).toEqual([request - 15]);
			gathering.left();
			expect(gathering.whole).toBeNull();
		}
	});

	test('made smaller gives back of every key what is too much for one call', () => {
		const gathering = new Gathering(5);
		for (const request of [0, 2, 4, 6]) offer(gathering, request, 'a');
		for (const request of [1, 3]) offer(gathering, request, 'b');
		offer(gathering, 5, 'c');
		expect(gathering.shrink(2).map(numbers)).toEqual([
			[0, 2],
			[4, 6],
		]);
		expect(numbers(gathering.whole)).toEqual([1, 3]);
		gathering.left();
		expect(gathering.whole).toBeNull();
		gathering.end();
		expect(numbers(gathering.whole)).toEqual([5]);
	});

	test('at its end gives what there is, in as many calls as it takes', () => {
		const gathering = new Gathering(3);
		offer(gathering, 0, 'a');
		offer(gathering, 1, 'b');
		gathering.end();
		expect(numbers(gathering.whole)).toEqual([0]);
		gathering.left();
		expect(numbers(gathering.whole)).toEqual([1]);
		gathering.left();
		expect(gathering.isEmpty).toBe(true);
	});

	test('made smaller gives back in smaller calls what it holds, and goes on with such', () => {
		const whole = new Gathering(5);
		for (const request of [0, 1, 2, 3, 4]) offer(whole, request);
		expect(whole.shrink(2).map(numbers)).toEqual([[0, 1], [2, 3], [4]]);
		expect(whole.isEmpty).toBe(true);

		const begun = new Gathering(5);
		for (const request of [0, 1, 2]) offer(begun, request);
		expect(begun.shrink(2).map(numbers)).toEqual([[0, 1], [2]]);
		offer(begun, 3);
		offer(begun, 4);
		expect(numbers(begun.whole)).toEqual([3, 4]);
	});

	test('made smaller keeps what fits', () => {
		const gathering = new Gathering(5);
		offer(gathering, 0);
		expect(gathering.shrink(2)).toEqual([]);
		offer(gathering, 1);
		expect(numbers(gathering.whole)).toEqual([0, 1]);
	});

	test('made smaller while the next number is on its way takes that one up too', () => {
		const gathering = new Gathering(5);
		for (const request of [0, 1]) offer(gathering, request);
		expect(gathering.shrink(2)).toEqual([]);
		offer(gathering, 2);
		expect(numbers(gathering.whole)).toEqual([0, 1]);
		gathering.left();
		offer(gathering, 3);
		expect(numbers(gathering.whole)).toEqual([2, 3]);

		const single = new Gathering(5);
		offer(single, 0);
		expect(single.shrink(1)).toEqual([]);
		offer(single, 1);
		single.left();
		expect(numbers(single.whole)).toEqual([1]);
	});
});
