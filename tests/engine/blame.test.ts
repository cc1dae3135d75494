import { describe, expect, test } from 'vitest';
import { Blame, type Unexplained, type Verdict } from '#engine/blame.ts';
import { FateLog } from '#engine/fates.ts';

const refusal = (departures: number, more: Partial<Unexplained> = {}): Unexplained => ({
	fates: { known: 20, refused: 4, inARow: 1 },
	sentAt: departures * 100,
	isAskedOfAll: false,
	departures,
	letIn: departures * 0.8,
	rate: Infinity,
	...more,
});
const full = { known: 20, refused: 14, inARow: 8 };

/** One refused of every five that leave, ten a second. */
function fifth(blame: Blame, count: number, first = 1): readonly Verdict[] {
	return Array.from({ length: count }, (_, i) =>
		blame.judge(refusal((first + i) * 5), true, (first + i) * 500),
	);
}

describe('what 429s without numbers come of', () => {
	test('nothing is concluded while none was let in', () => {
		const fates = { known: 1, refused: 1, inARow: 1 };
		expect(new Blame().judge(refusal(1, { fates }), true, 0)).toBe('all');
	});

	test('a share refused at every pace ends in no pace at all', () => {
		const verdicts = fifth(new Blame(), 9);
		expect(verdicts.slice(0, 6)).toEqual([...Array<Verdict>(5).fill('alone'), 'trial']);
		expect(verdicts.slice(6)).toEqual(['alone', 'alone', 'free']);
	});

	test('refusals that stop at a lower pace are a limit', () => {
		const blame = new Blame();
		fifth(blame, 6);
		expect(blame.judge(refusal(200), true, 20_000)).toBe('pace');
		expect(blame.judge(refusal(260, { rate: 0.01 }), true, 26_000)).toBe('pace');
	});

	test('most refused is a limit at once', () => {
		expect(new Blame().judge(refusal(20, { fates: full }), true, 0)).toBe('pace');
	});

	test('a wait that all have to keep is a limit at once', () => {
		expect(new Blame().judge(refusal(20, { isAskedOfAll: true }), true, 0)).toBe('pace');
	});

	test('still refused far below a pace that was let in, the pace is not to blame', () => {
		const blame = new Blame();
		blame.judge(refusal(20, { fates: full, letIn: 16, rate: 0.01 }), true, 0);
		expect(blame.judge(refusal(900, { letIn: 616, rate: 0.01 }), true, 60_000)).toBe('pace');
		expect(blame.judge(refusal(920, { letIn: 630, rate: 0.004 }), true, 63_000)).toBe('free');
	});
});

test('the silent ones beside a refusal count as let in, and those after it as unknown', () => {
	const fates = new FateLog();
	for (let i = 0; i < 10; i++) fates.left(0);
	fates.refused(4);
	expect(fates.last(300, 100)).toEqual({ known: 4, refused: 1, inARow: 1 });
	expect(fates.last(300, 400)).toEqual({ known: 10, refused: 1, inARow: 0 });
});
