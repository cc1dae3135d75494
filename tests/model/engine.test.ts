import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCommand, firstRun } from './commands.ts';
import { finish } from './finish.ts';
import { pressStart } from './press.ts';
import { Tally } from './tally.ts';
import { World } from './world.ts';

const sequences = Number(process.env['VOLLEY_MODEL_SEQUENCES'] ?? 1_000);
const seed = Number(process.env['VOLLEY_MODEL_SEED'] ?? 20_261);
const path = process.env['VOLLEY_MODEL_PATH'];

test(`whatever is pressed, answered, lost and killed, a run keeps its promises (${String(sequences)} sequences, seed ${String(seed)})`, async ({
	annotate,
}) => {
	const tally = new Tally();
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
	expect(tally.sends / sequences).toBeGreaterThan(5);
	// Rare things need many sequences to come about.
	if (sequences >= 1_000) expect(Object.values(tally)).not.toContain(0);
}, 3_600_000);
