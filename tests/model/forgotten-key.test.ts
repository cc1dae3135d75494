import { expect, test } from 'vitest';
import { pressKey, pressResume, pressStart, pressStop } from './press.ts';
import { World } from './world.ts';

const shape = {
	templates: 1,
	models: 1,
	choices: 1,
	maxRetries: 0,
	cap: 1,
	usesData: false,
	needsKey: true,
	overHttp: false,
	perCall: 1,
};

// Each turn of the loop is a place where the key can go while the run is being taken up.
test.each(Array.from({ length: 60 }, (_, turn) => turn))(
	'a key forgotten %i turns after Resume is asked for, or was sent: nothing leaves without one',
	async (turns) => {
		const world = new World(true);
		try {
			const tab = world.openTab();
			await pressStart(world, tab, shape);
			await world.turns.rest();
			const [run] = world.runs;
			if (run === undefined) throw new Error('A run was started.');
			pressStop(world, tab, run);
			await world.turns.rest();
			pressResume(world, tab, run);
			await world.turns.take(turns);
			await pressKey(tab, run, '');
			await world.turns.rest();
			expect(world.violations).toEqual([]);
			// The model remembers what left before, and may wait a moment.
			await world.browser.clock.pass(1_000);
			expect(world.violations).toEqual([]);
			if (run.sends.length > 1) return;
			const progress = await world.turns.outcome(tab.api.getProgress(run.id ?? ''), 'look');
			expect(['stopped', 'needsAttention']).toContain(progress?.phase.name);
			expect(world.browser.locks.size).toBe(0);
			await pressKey(tab, run, 'another');
			pressResume(world, tab, run);
			await world.browser.clock.pass(1_000);
			expect(run.sends).toHaveLength(2);
			expect(world.violations).toEqual([]);
		} finally {
			world.end();
		}
	},
);
