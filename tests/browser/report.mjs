// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';

/**
 * Leaves word of how many checks passed and which did not, for the sum of all tests.
 * @param {string} name @param {number} passed @param {readonly string[]} failed
 */
export function writeReport(name, passed, failed) {
	mkdirSync('.cache/tests', { recursive: true });
	writeFileSync(
		`.cache/tests/${name}.json`,
		JSON.stringify({ passed, failed: failed.length, failures: failed }),
	);
}
