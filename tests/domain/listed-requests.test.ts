import { describe, expect, test } from 'vitest';
import { areListed, listedPlaces, stretchesOf } from '#domain/listed-requests.ts';
import { placeOf } from '#domain/plan.ts';

describe('requests that are listed', () => {
	test.each([
		[[], []],
		[[0], [0, 1]],
		[
			[0, 1, 2],
			[0, 3],
		],
		[
			[2, 3, 7, 9, 10],
			[2, 2, 7, 1, 9, 2],
		],
	])('%j are the stretches %j', (places, stretches) => {
		expect(stretchesOf(places)).toEqual(stretches);
		expect(areListed(stretches, places.length, 11)).toBe(true);
	});

	test.each([
		['too few', [0, 2], 3],
		['beyond the plan', [10, 2], 2],
		['out of order', [5, 1, 2, 1], 2],
		['twice', [2, 2, 3, 1], 3],
		['an empty stretch', [2, 0, 3, 1], 1],
	])('%s are refused', (_, stretches, count) => {
		expect(areListed(stretches, count, 11)).toBe(false);
	});

	test('each stand where they stand in the whole plan', () => {
		const places = [1, 2, 3, 8, 11, 12, 23];
		const size = { templates: 2, rows: 3, models: 2, repeats: 2 };
		const placeAt = listedPlaces({ rows: 3, repeats: 2, stretches: stretchesOf(places) }, size);
		expect(places.map((_, request) => placeAt(request))).toEqual(
			places.map((place) => placeOf(place, size)),
		);
	});
});
