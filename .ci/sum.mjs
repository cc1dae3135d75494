// Prints one line with the sum of both test reports. A check that failed before or after the tests counts as one failure.
import { readFileSync } from 'node:fs';

const verifyFailed = process.argv[2] !== '0';

function report(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch {
		// The run ended before these tests.
		return {};
	}
}

const unit = report('.cache/tests/unit.json');
const { stats = {} } = report('.cache/tests/browser.json');

const passed = (unit.numPassedTests ?? 0) + (stats.expected ?? 0);
const skipped = (unit.numPendingTests ?? 0) + (unit.numTodoTests ?? 0) + (stats.skipped ?? 0);
const testsFailed = (unit.numFailedTests ?? 0) + (stats.unexpected ?? 0) + (stats.flaky ?? 0);
const failed = testsFailed === 0 && verifyFailed ? 1 : testsFailed;

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
