import type { Meaning } from './answers.ts';
import type { ModelTab } from './tab.ts';

export interface RunShape {
	readonly templates: number;
	readonly models: number;
	readonly choices: number;
	readonly maxRetries: number;
	/** At most so many in flight. */
	readonly cap: number;
	/** Else it has one row, and that is empty. */
	readonly usesData: boolean;
	readonly needsKey: boolean;
	readonly overHttp: boolean;
	/** Prompts that may share a call; above 1 they are sent to Completions. */
	readonly perCall: number;
}

/** One time that a tab worked at a run, from taking its lock to giving it back. */
export interface Session {
	readonly tab: ModelTab;
	/** Keys that the tab had given up when it began. */
	readonly keysBefore: number;
	/** Models of which one request has settled, by what was answered. */
	readonly settledModels: Set<number>;
	readonly faults: Map<number, number>;
	/** Models that the endpoint does not have: the others go on. */
	readonly missingModels: Set<number>;
	/** A person has to act before anything leaves: why. */
	halted: string | null;
	/** Another tab took the run: whatever this one still had of it is dropped. */
	isStolen: boolean;
	isOver: boolean;
}

export interface SentCall {
	readonly size: number;
}

export interface Send {
	readonly request: number;
	readonly model: number;
	readonly session: Session;
	/** `lost`: its tab went away before it could obey the answer. */
	state: 'flying' | 'aborted' | 'lost' | Meaning;
	readonly text: string;
	/** All that travel together, this one included. */
	readonly call: SentCall;
	/** Its place among them. */
	readonly position: number;
	readonly maxTokens: number | null;
	readonly leftAt: number;
	/** It was answered, and the token limit ended the answer. */
	isCutOff: boolean;
	/** It was answered with a failure for good, whatever became of that. */
	hasFailed: boolean;
	/** The engine has come to rest since its state changed: it knows of it. */
	isObeyed: boolean;
}

/** What is known of a run from outside: by whom it was sent, what was answered, what has been seen stored. */
export interface RunBook extends Omit<RunShape, 'overHttp'> {
	readonly tag: string;
	readonly rows: number;
	readonly planned: number;
	id: string | null;
	/** A page has been shown it, so that somebody can press its buttons. */
	isListed: boolean;
	isDeleted: boolean;
	readonly sends: Send[];
	session: Session | null;
	/** Requests seen settled, by what their record says. */
	settled: ReadonlyMap<number, string>;
	/** The most successes that any page was shown. */
	acknowledged: number;
	/** Retry failed was pressed since the store was last looked at. */
	mayFree: boolean;
	/** As `mayFree`, of Retry truncated. */
	mayReopen: boolean;
	/** Requests seen in the store as asked for again, beside the answer that they have. */
	reopened: ReadonlySet<number>;
	/** Retry truncated was ever pressed: what was paid is more than the answers that are left. */
	hasReopened: boolean;
	/** Requests that left again beside an answer. */
	askedAgain: number;
	/** Refused calls of several, which have to be sent again in parts. */
	parted: number;
	/** The browser has lost what was stored, and nobody has put it together again from the journal. */
	isWounded: boolean;
	/** Paused or stopped, and obeyed. */
	isQuiet: boolean;
	/** Commands so far that began or ended something. */
	presses: number;
	/** The tabs with commands on their way that may begin a session. */
	takers: readonly ModelTab[];
	/** Answers that exist nowhere any more; told: a page has said so. */
	loss: 'none' | 'untold' | 'told';
	/** Requests whose tab died with them in flight, or answered and not stored. */
	casualties: number;
	/** Those of them that were sent again. */
	resent: number;
	/** How often a page said that answers were lost. */
	lossesTold: number;
	/** Times that another tab took it. */
	takenOver: number;
	/** Answers seen stored that came back after their store was lost. */
	restored: number;
	/** Answers seen stored once that the store lacks since it was lost. */
	readonly missing: Set<number>;
	mostInFlight: number;
	/** The journal may lack what left last. */
	journalTorn: boolean;
}

export const requestOf = (
	{ rows, models }: RunBook,
	template: number,
	row: number,
	model: number,
): number => (template * rows + row) * models + model;

export const flying = ({ sends }: RunBook): readonly Send[] =>
	sends.filter(({ state }) => state === 'flying');

/** Whether the answer that a request has may be asked for again. */
export const isReopened = ({ mayReopen, reopened }: RunBook, request: number): boolean =>
	mayReopen || reopened.has(request);

/** Whether the store was seen to hold what this one was answered. */
export function isStored(run: RunBook, { request, state, text }: Send): boolean {
	const content = run.settled.get(request);
	if (content === undefined) return false;
	if (state === 'succeeds') return content === JSON.stringify(text);
	// Asked again in vain: the answer from before is kept.
	return content.startsWith('failed') || !isReopened(run, request);
}

export const isBeingTakenUp = ({ takers }: RunBook): boolean =>
	takers.some(({ link }) => !link.isCut);
