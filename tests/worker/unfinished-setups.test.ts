import { expect, test } from 'vitest';
import type { Run, RunPhase, RunSetup, RunSummary } from '#domain/run.ts';
import { unfinishedSetups } from '#worker/unfinished-setups.ts';

const cameFrom = { file: 'words.volley-run.jsonl', runId: 'r9' };

const cases: readonly [RunPhase['name'], number, Partial<RunSetup>, boolean][] = [
	['running', 0, {}, true],
	['interrupted', 0, {}, true],
	['needsAttention', 3, {}, true],
	['stopped', 0, {}, true],
	['finished', 1, {}, true],
	['finished', 0, {}, false],
	['stopped', 0, { cameFrom }, false],
	['stopped', 0, { cameFrom: { ...cameFrom, isResults: true } }, false],
];

test.each(cases)('a run that is %s with %i failures and %j: %j', async (name, failed, of, told) => {
	const setup = { name: 'Words', ...of } as RunSetup;
	const setups = await unfinishedSetups({
		listRuns: () => Promise.resolve([{ id: 'r1', phase: { name }, failed } as RunSummary]),
		getRun: (id) => Promise.resolve(id === 'r1' ? ({ setup } as Run) : null),
	});
	expect(setups).toEqual(told ? [setup] : []);
});

test('a run that was deleted meanwhile is none', async () => {
	const phase = { name: 'stopped' } as RunPhase;
	const setups = await unfinishedSetups({
		listRuns: () => Promise.resolve([{ id: 'r1', phase, failed: 0 } as RunSummary]),
		getRun: () => Promise.resolve(null),
	});
	expect(setups).toEqual([]);
});
