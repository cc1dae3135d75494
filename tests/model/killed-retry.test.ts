import { expect, test } from 'vitest';
import { pressRetry, pressRetryTruncated, pressStart } from './press.ts';
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
	perCall: 1,
};

const buttons = [
	{ button: 'Retry failed', press: pressRetry, answer: 'badRequest' },
	{ button: 'Retry truncated', press: pressRetryTruncated, answer: 'truncated' },
] as const;

// Each turn of the loop is a place where the browser can be killed.
const places = Array.from({ length: 80 }, (_, turns) => turns);

test.each(buttons.flatMap((button) => places.map((turns) => ({ ...button, turns }))))(
	'a run killed $turns turns after $button reads as finished only if nothing waits',
	async ({ press, answer, turns }) => {
		const world = new World(false);
		try {
			const tab = world.openTab();
			await pressStart(world, tab, shape);
			await world.turns.rest();
			world.answer(0, answer);
			await world.turns.rest();
			const [run] = world.runs;
			if (run === undefined) throw new Error('A run was started.');
			press(world, tab, run);
			await world.turns.take(turns);
			world.kill(tab);
			await world.turns.rest();
			const next = world.openTab();
			const progress = await world.turns.outcome(next.api.getProgress(run.id ?? ''), 'look');
			const { counters, phase } = progress ?? {};
			const isSettled = counters !== undefined && counters.succeeded + counters.failed === 1;
			expect(isSettled ? ['finished', 'interrupted'] : ['interrupted']).toContain(phase?.name);
		} finally {
			world.end();
		}
	},
);
