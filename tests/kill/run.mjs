// @ts-check
// Kills a real browser in the middle of runs, and looks at what is left: npm run test:kill [-- --kills 5 --wipes 2 --rows 1500]
import process from 'node:process';
import { parseArgs } from 'node:util';
import { killRuns } from './kills.mjs';
import { threeTabs } from './tabs.mjs';
import { wipeRuns } from './wipes.mjs';
import { createWorld } from './world.mjs';

const { values } = parseArgs({
	options: {
		kills: { type: 'string', default: '50' },
		wipes: { type: 'string', default: '10' },
		tabs: { type: 'string', default: 'yes' },
		rows: { type: 'string', default: '10000' },
		built: { type: 'boolean', default: false },
		seed: { type: 'string', default: '1' },
	},
});
const kills = Number(values.kills);
const wipes = Number(values.wipes);
const rows = Number(values.rows);
const tabs = values.tabs === 'yes';

const world = await createWorld(Number(values.seed), values.built);
try {
	await world.open();
	if (kills > 0) await killRuns(world, kills, rows);
	if (wipes > 0) await wipeRuns(world, wipes, Math.min(rows, 1_500));
	if (tabs) await threeTabs(world, Math.min(rows, 2_000));
} catch (error) {
	world.check(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
	await world.close();
}
console.log(
	world.faults.length === 0
		? 'KILL TEST PASSED'
		: `KILL TEST FAILED, ${String(world.faults.length)} faults: ${world.faults.join('; ')}`,
);
process.exitCode = world.faults.length === 0 ? 0 : 1;
