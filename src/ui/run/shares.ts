import { choiceMarks } from '#domain/completion.ts';
import type { FailureKind } from '#domain/failure.ts';
import { waitingCount, type RetriedBy, type RunCounters } from '#domain/run.ts';
import { failureWords, finishMeaning, markWords } from '../wording.ts';

/** A colour of the picture: what it means, not what it is. */
export type Tone = 'accent' | 'second' | 'warn' | 'bad' | 'other' | 'rest';

export interface Share {
	readonly label: string;
	readonly meaning: string;
	readonly count: number;
	readonly tone: Tone;
}

export const requestShares = (counters: RunCounters, inFlight: number): readonly Share[] => [
	{
		label: 'succeeded',
		meaning: 'Answered and kept.',
		count: counters.succeeded,
		tone: 'accent',
	},
	{
		label: 'failed',
		meaning: 'Given up after every attempt, or refused; see Failures.',
		count: counters.failed,
		tone: 'bad',
	},
	{
		label: 'in flight',
		meaning: 'Sent; the answer is awaited.',
		count: inFlight,
		tone: 'second',
	},
	{
		label: 'waiting',
		meaning: 'Not sent yet, or sent again later.',
		count: waitingCount(counters, inFlight),
		tone: 'rest',
	},
];

const reasonTones: ReadonlyMap<string, Tone> = new Map([
	['stop', 'accent'],
	['length', 'warn'],
	['content_filter', 'bad'],
	['tool_calls', 'second'],
	['function_call', 'second'],
]);

export const finishShares = ({ finishReasons }: RunCounters): readonly Share[] =>
	Object.entries(finishReasons)
		.sort(([, a], [, b]) => b - a)
		.map(([reason, count]) => ({
			label: reason,
			meaning: finishMeaning(reason),
			count,
			tone: reasonTones.get(reason) ?? 'other',
		}));

const markTones = { plain: 'accent', warn: 'warn', bad: 'bad' } as const;

export const markShares = ({ marks }: RunCounters): readonly Share[] =>
	choiceMarks.map((mark) => ({
		label: markWords[mark].chip,
		meaning: markWords[mark].meaning,
		count: marks[mark],
		tone: markTones[markWords[mark].tone],
	}));

export const tokenShares = ({ promptTokens, completionTokens }: RunCounters): readonly Share[] => [
	{ label: 'prompt', meaning: 'Sent to the model.', count: promptTokens, tone: 'second' },
	{ label: 'answer', meaning: 'Written by the model.', count: completionTokens, tone: 'accent' },
];

/** What became of attempts that were made again. A kind that is not here is shown by its name. */
const retryWords: Readonly<Partial<Record<FailureKind, readonly [string, string]>>> = {
	rateLimited: ['rate limit', 'A 429: the endpoint asked to slow down. It cost no attempt.'],
	overloaded: ['overloaded', 'The endpoint had too much to do.'],
	serverError: ['server error', 'The endpoint had a fault of its own.'],
	timeout: ['timeout', 'No answer came in time.'],
	conflict: ['conflict', 'The endpoint was busy with something that stood in the way.'],
	network: ['connection', 'It was lost, or never made.'],
	malformed: ['broken answer', 'Cut short, or not in the form of an answer.'],
	notAnApi: ['web page', 'A page for people came in place of an answer.'],
};

/** What failed for good, the most frequent first. */
export const failureShares = ({ failures }: RunCounters): readonly Share[] =>
	Object.entries(failures)
		.sort(([, a], [, b]) => b - a)
		.map(([kind, count], i) => ({
			label: kind,
			meaning: failureWords[kind as FailureKind].title,
			count,
			tone: i % 2 === 0 ? 'bad' : 'warn',
		}));

/** Why attempts were made again; the most frequent first. */
export const retryShares = (retriedBy: RetriedBy): readonly Share[] =>
	Object.entries(retriedBy)
		.sort(([, a], [, b]) => b - a)
		.map(([kind, count]) => {
			const [label, meaning] = retryWords[kind as FailureKind] ?? [kind, ''];
			return { label, meaning, count, tone: kind === 'rateLimited' ? 'second' : 'warn' };
		});
