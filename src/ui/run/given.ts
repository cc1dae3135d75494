import type { ResultRow } from '#domain/result-item.ts';

/** Whether the request has its answer, but the answer had no choice for this line. */
export const isNotGiven = ({ state, choice, given }: ResultRow): boolean =>
	state === 'succeeded' && choice >= given;

/** On a request's last line: how many choices its answer had beyond those asked for, for which no line stands here. */
export const moreGiven = ({ state, choice, given }: ResultRow, asked: number): number =>
	state === 'succeeded' && choice === asked - 1 ? Math.max(0, given - asked) : 0;
