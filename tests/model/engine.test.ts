import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCommand, firstRun } from './commands.ts';
import { finish } from './finish.ts';
import { pressStart } from './press.ts';
import { Tally } from './tally.ts';
import { World } from './world.ts';

const sequences = Number(process.env['VOLLEY_MODEL_SEQUENCES'] ?? 100);
const seed = Number(process.env['VOLLEY_MODEL_SEED'] ?? 20_261);
const path = process.env['VOLLEY_MODEL_PATH'];

test('whatever is pressed, answered, lost and killed, in whatever order, a run keeps its promises', async ({
	annotate,
}) => {
	const tally = new Tally();
	await annotate(`${String(sequences)} sequences, seed ${String(seed)}`);
	await fc.assert(
		fc.asyncProperty(
			fc.boolean(),
			firstRun,
			fc.commands([...anyCommand], { maxCommands: 50, size: 'max' }),
			async (keepsFiles, shape, commands) => {
				const world = new World(keepsFiles);
				try {
					await pressStart(world, world.openTab(), shape);
					await world.turns.rest();
					await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
					await finish(world);
					tally.add(world, [...commands].length);
				} finally {
					world.end();
				}
			},
		),
		{ numRuns: sequences, seed, ...(path === undefined ? {} : { path }), endOnFailure: false },
	);
	await annotate(JSON.stringify(tally));
	expect(tally.runs).toBeGreaterThan(0);
}, 3_600_000);
