import { expect, test } from 'vitest';
import { rowTitle } from '#ui/run/row-names.ts';

test.each([
	{ id: 'r7', rowIndex: 1_233, title: 'Row r7' },
	{ id: '', rowIndex: 1_233, title: 'Row number 1,233' },
	{ id: '', rowIndex: -1, title: 'Request 5' },
])('a row with the id “$id” at $rowIndex is called $title', ({ id, rowIndex, title }) => {
	expect(rowTitle({ request: 4, id, place: { promptIndex: 0, rowIndex, modelIndex: 0 } })).toBe(
		title,
	);
});
