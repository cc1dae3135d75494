import { expect, test } from 'vitest';
import { settingFacts } from '#ui/run/setup-facts.ts';
import { setup } from '../state/run-fixtures.ts';

const ofLimits = ['Max concurrency', 'Max retries', 'Timeout'];

test('limits are told of a run that was started, and not of one read from results', () => {
	const labels = (of: typeof setup): readonly string[] =>
		settingFacts(of, null).map(({ label }) => label);
	expect(labels(setup)).toEqual(expect.arrayContaining(ofLimits));
	const cameFrom = { file: 'results.json', runId: '', isResults: true } as const;
	const read = labels({ ...setup, cameFrom });
	expect(ofLimits.filter((label) => read.includes(label))).toEqual([]);
});
