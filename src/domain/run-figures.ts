import type { Accord, AgreementFigures } from './agreement.ts';
import type { CountedText } from './answer-table.ts';
import type { ChoiceMark } from './completion.ts';
import type { FailureKind } from './failure.ts';
import type { Distribution } from './log-histogram.ts';
import type { TimeFigures } from './timeline.ts';

/** Answers that are numbers. */
export interface NumberFigures {
	readonly count: number;
	readonly mean: number;
	/** Null where there are too many different answers to tell. */
	readonly median: number | null;
	readonly min: number;
	readonly max: number;
}

/** What one template at one model has come to, or all of them together. */
export interface CellFigures {
	/** From 0; null: all together. */
	readonly template: number | null;
	readonly model: number | null;
	readonly succeeded: number;
	readonly failed: number;
	readonly marks: Readonly<Record<ChoiceMark, number>>;
	readonly finishReasons: Readonly<Record<string, number>>;
	readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
	/** Null where no answer is a number. */
	readonly numbers: NumberFigures | null;
	/** How long the attempts took that brought the answer, in milliseconds. */
	readonly latency: Distribution;
	/** Of each completion. */
	readonly completionTokens: Distribution;
	/** Null where a prompt has one choice. */
	readonly accord: Accord | null;
}

/** An answer among the most frequent. */
export interface AnswerFigure extends CountedText {
	/** As it came, not trimmed: the one that came first. */
	readonly response: string;
}

/** What the complete answers say. Cut-off, refused and empty ones are counted as such and not by their text. */
export interface AnswerFigures {
	/** The most frequent texts, trimmed; `cells` in the order of the figures' cells, and last what is of none of them. */
	readonly top: readonly AnswerFigure[];
	readonly complete: number;
	/** Different texts; at least so many where they are not counted exactly. */
	readonly different: number;
	/** False: there are so many different ones that counts are lower bounds. */
	readonly isExact: boolean;
	/** Complete answers that are too long to be counted by their text. */
	readonly long: number;
	/** Complete answers without a text: calls of tools. */
	readonly calls: number;
	/** Characters of each complete answer, trimmed. */
	readonly lengths: Distribution;
}

/** In milliseconds a request; null: not measured. */
export interface LatencyFigures {
	/** The attempt that brought the answer, or the last failure. */
	readonly answer: Distribution;
	/** From its being taken up until its first attempt left. */
	readonly queue: Distribution | null;
	/** All waits between its attempts. */
	readonly backoff: Distribution | null;
	/** All of its attempts that came to nothing. */
	readonly lost: Distribution | null;
}

/** Of each completion; null where the endpoint told none. */
export interface TokenFigures {
	readonly prompt: Distribution;
	readonly completion: Distribution;
	readonly reasoning: Distribution | null;
	readonly cached: Distribution | null;
}

/** All that the summary of a run shows beside its counters: plain data of bounded size. */
export interface RunFigures {
	/** Settled requests that it is made of. */
	readonly settled: number;
	readonly all: CellFigures;
	/** Each template at each model, models innermost; empty where there is one of each. */
	readonly cells: readonly CellFigures[];
	/** Templates and models are too many to be told apart. */
	readonly hasTooManyCells: boolean;
	readonly answers: AnswerFigures;
	readonly latency: LatencyFigures;
	readonly tokens: TokenFigures;
	readonly time: TimeFigures;
	readonly agreement: AgreementFigures;
}

/** Whether the answers are numbers, but for a few. */
export const areNumbers = ({ numbers, marks }: CellFigures): boolean =>
	numbers !== null && numbers.count >= 0.9 * marks.complete;

/** So few answers can all differ by chance. */
const fewAnswers = 10;

/** Whether nearly every answer is one of its own, so that to count equal ones says nothing. */
export const areFreeText = ({ complete, different, long, isExact, top }: AnswerFigures): boolean =>
	complete >= fewAnswers &&
	(isExact
		? different + long > 0.6 * complete
		: top.slice(0, 10).reduce((sum, { count }) => sum + count, 0) < 0.2 * complete);
