import { expect, test } from 'vitest';
import { pressRetry, pressStart } from './press.ts';
import { World } from './world.ts';

const shape = {
	templates: 1,
	models: 1,
	choices: 1,
	maxRetries: 0,
	cap: 1,
	usesData: false,
	needsKey: false,
	overHttp: false,
};

// Each turn of the loop is a place where the browser can be killed.
test.each(Array.from({ length: 60 }, (_, turn) => turn))(
	'a run killed %i turns after Retry failed reads as finished only if nothing waits',
	async (turns) => {
		const world = new World(false);
		try {
			const tab = world.openTab();
			await pressStart(world, tab, shape);
			await world.turns.rest();
			world.answer(0, 'badRequest');
			await world.turns.rest();
			const [run] = world.runs;
			if (run === undefined) throw new Error('A run was started.');
			pressRetry(world, tab, run);
			await world.turns.take(turns);
			world.kill(tab);
			await world.turns.rest();
			const next = world.openTab();
			const progress = await world.turns.outcome(next.api.getProgress(run.id ?? ''), 'look');
			expect(progress?.phase.name).toBe(
				progress?.counters.failed === 1 && progress.phase.name === 'finished'
					? 'finished'
					: 'interrupted',
			);
		} finally {
			world.end();
		}
	},
);
