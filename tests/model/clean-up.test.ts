import { expect, test } from 'vitest';
import { World } from './world.ts';

test('a store that is full when a tab opens is cleaned up another time, and nothing goes unheard', async () => {
	const world = new World(false);
	try {
		world.browser.isStoreFull = true;
		const tab = world.openTab();
		expect(await world.turns.outcome(tab.api.listRuns(), 'list the runs')).toEqual([]);
		await world.turns.rest();
		expect(world.violations).toEqual([]);
	} finally {
		world.end();
	}
});
