import { expect, test } from 'vitest';
import { emptyCounters } from '#domain/run.ts';
import { answerGroups } from '#ui/run/answer-groups.ts';

const marks = { complete: 1, truncated: 2, refused: 1, filtered: 1, empty: 1 };

test.each([
	[false, /^Ask for them again/, /each is paid for again/],
	[true, /duplicate the run/, /duplicate the run/],
])(
	'of a run that is never sent (%s) no card asks for what no button does',
	(readOnly, cut, empty) => {
		const groups = answerGroups(
			{ ...emptyCounters({ templates: 1, rows: 6, models: 1 }), marks },
			null,
			readOnly,
		);
		expect(groups.map(({ show, count }) => [show, count])).toEqual([
			['truncated', 2],
			['refused', 2],
			['empty', 1],
		]);
		expect(groups[0]?.advice).toMatch(cut);
		expect(groups[2]?.advice).toMatch(empty);
	},
);
