import { expect, test } from 'vitest';
import { menuPlace, menuWidth } from '#ui/run/menu-place.ts';

test.each<[string, [number, number, number], [number, number], object]>([
	[
		'below its button, at its end',
		[100, 130, 900],
		[1_280, 800],
		{ right: 380, edge: 'top', at: 134, height: 658 },
	],
	['within a narrow page', [100, 130, 90], [390, 800], { right: 390 - menuWidth - 8, edge: 'top' }],
	['not past the end of the page', [100, 130, 389], [390, 800], { right: 8, edge: 'top' }],
	[
		'above, where there is more room',
		[600, 630, 300],
		[390, 800],
		{ edge: 'bottom', at: 204, height: 588 },
	],
	[
		'below, where there is little of both',
		[100, 130, 300],
		[390, 260],
		{ edge: 'top', height: 118 },
	],
])('a menu stands %s', (_, [top, bottom, right], [width, height], place) => {
	expect(menuPlace({ top, bottom, right }, width, height)).toMatchObject(place);
});
