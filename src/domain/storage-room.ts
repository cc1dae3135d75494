import { plannedRequests } from './plan.ts';
import { choicesAsked, planSizeOf, type RunSetup } from './run.ts';

/** In bytes; null where the browser does not tell. */
export interface Room {
	readonly usage: number | null;
	readonly quota: number | null;
}

/** An answer stands in the run's journal and in its database. */
const copies = 2;

/** Of a settled request in one of the two: the endpoint's own fields, and a short answer. */
const bytesOfRequest = 600;
const bytesOfChoice = 220;
const bytesOfToken = 4;
/** An answer's tokens where nothing bounds them. */
const usualTokens = 250;

/** Of so few requests the mean says little. */
const leastSettled = 20;

const leastFree = 500_000_000;
const leastShare = 0.1;

/** Null where the browser does not tell. */
export const freeRoom = ({ usage, quota }: Room): number | null =>
	usage === null || quota === null ? null : Math.max(0, quota - usage);

/** Whether less than a tenth, or less than 500 MB, is free. */
export function isNearlyFull(room: Room): boolean {
	const free = freeRoom(room);
	if (free === null) return false;
	return free < leastFree || free < leastShare * (room.quota ?? 0);
}

/** What a run takes, from the size of its journal, or, where it has none, from its settled requests. */
export const bytesOfRun = (journalBytes: number | null, settled: number): number =>
	copies *
	(journalBytes ?? settled * (bytesOfRequest + bytesOfChoice + bytesOfToken * usualTokens));

export interface RoomForecast {
	/** Bytes that the requests that wait will take, each as much as those before. */
	readonly needed: number;
	readonly free: number;
	/** How many of them there is room for. */
	readonly fits: number;
}

/** What a run that goes on will still need, where that is more than is free; null where it fits, or nobody can tell. */
export function lackOfRoom(
	room: Room,
	run: { readonly bytes: number; readonly settled: number; readonly waiting: number },
): RoomForecast | null {
	const free = freeRoom(room);
	if (free === null || run.settled < leastSettled || run.bytes <= 0) return null;
	const each = run.bytes / run.settled;
	const needed = Math.round(each * run.waiting);
	return needed <= free ? null : { needed, free, fits: Math.floor(free / each) };
}

/** What a run is likely to take, before anything of it is known but its setup. */
export function bytesOfPlan(setup: RunSetup): number {
	const { parameters } = setup;
	const tokens = Math.min(usualTokens, parameters.maxTokens ?? usualTokens);
	const choices = choicesAsked(setup) / (setup.repeats ?? 1);
	const each = bytesOfRequest + choices * (bytesOfChoice + bytesOfToken * tokens);
	return Math.round(copies * each * plannedRequests(planSizeOf(setup)));
}

/** As `lackOfRoom`, of a run that is about to start. */
export function lackBeforeStart(room: Room, setup: RunSetup): Omit<RoomForecast, 'fits'> | null {
	const free = freeRoom(room);
	const needed = bytesOfPlan(setup);
	return free === null || needed <= free ? null : { needed, free };
}
