// @ts-check
// Kills a real browser in the middle of runs, and looks at what is left: npm run test:kill [-- --short] [-- --kills 5 --tabs no]
import process from 'node:process';
import { parseArgs } from 'node:util';
import { writeReport } from '../browser/report.mjs';
import { killRuns } from './kills.mjs';
import { threeTabs } from './tabs.mjs';
import { wipeRuns } from './wipes.mjs';
import { createWorld } from './world.mjs';

const { values } = parseArgs({
	options: {
		/** Few kills in small runs; times are only told, because other work beside it may hold it up. */
		short: { type: 'boolean', default: false },
		kills: { type: 'string' },
		wipes: { type: 'string' },
		tabs: { type: 'string', default: 'yes' },
		rows: { type: 'string' },
		built: { type: 'boolean', default: false },
		seed: { type: 'string', default: '1' },
	},
});
const { short } = values;
const kills = Number(values.kills ?? (short ? 5 : 50));
const wipes = Number(values.wipes ?? (short ? 2 : 10));
const rows = Number(values.rows ?? (short ? 600 : 10_000));

const world = await createWorld(Number(values.seed), { isBuilt: values.built, isTimed: !short });
/** @type {readonly (readonly [number, () => Promise<void>])[]} */
const parts = [
	[kills, () => killRuns(world, kills, rows)],
	[wipes, () => wipeRuns(world, wipes, Math.min(rows, 1_500))],
	[values.tabs === 'yes' ? 1 : 0, () => threeTabs(world, Math.min(rows, 2_000))],
];
let passed = 0;
try {
	await world.open();
	for (const [count, part] of parts) {
		if (count === 0) continue;
		await part();
		passed += count;
	}
} catch (error) {
	world.check(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
	await world.close();
}
writeReport('kill', Math.max(0, passed - world.faults.length), world.faults);
console.log(
	world.faults.length === 0
		? 'KILL TEST PASSED'
		: `KILL TEST FAILED, ${String(world.faults.length)} faults: ${world.faults.join('; ')}`,
);
process.exitCode = world.faults.length === 0 ? 0 : 1;
