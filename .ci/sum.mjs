// Prints one line with the sum of all test reports. A check that failed before or after the tests counts as one failure.
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

const kill = report('.cache/tests/kill.json');
const real = report('.cache/tests/real.json');
const firefox = report('.cache/tests/firefox.json');

const sum = (...counts) => counts.reduce((total, count) => total + (count ?? 0), 0);
const passed = sum(unit.numPassedTests, stats.expected, kill.passed, real.passed, firefox.passed);
const skipped = sum(unit.numPendingTests, unit.numTodoTests, stats.skipped);
const testsFailed = sum(
	unit.numFailedTests,
	stats.unexpected,
	stats.flaky,
	kill.failed,
	real.failed,
	firefox.failed,
);
const failed = testsFailed === 0 && verifyFailed ? 1 : testsFailed;

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
