import { isRefusal, refusalNames, type RefusalName } from './refusals.ts';

/** Ways to answer that are no refusal (`refusals.ts` has those). */
const courses = [
	'plainReply',
	// A refusal for the first time only.
	'rateLimitedOnce',
	'serverErrorOnce',
	// A 200 that is no completion.
	'emptyBody',
	'truncatedJson',
	'invalidJson',
	'missingChoices',
	'noChoices',
	'answeredTwice',
	// A failure that a 200 hides.
	'failedInside200',
	'rateLimitedInside200',
	// A completion that is not quite as asked for.
	'oneChoiceMore',
	'oneChoiceLess',
	// Of several prompts in one call.
	'shuffledChoices',
	'choiceLost',
	'arraysRefused',
	'missingUsage',
	'wrongContentType',
	'hugeAnswer',
	'splitUtf8',
	'loneSurrogates',
	'slowDrip',
	'cutAtLength',
	'filteredAnswer',
	'refusal',
	// The connection itself.
	'withoutCors',
	'redirected',
	'resetBeforeHeaders',
	'resetMidBody',
	'resetAfterBody',
	'hangsForever',
	'stallsAfterHeaders',
	'stallsMidBody',
	'stallsAfterBody',
] as const;

export type CourseName = (typeof courses)[number];

/** How one request is answered. The names are shared by unit and browser tests. */
export const scenarioNames: readonly (CourseName | RefusalName)[] = [...courses, ...refusalNames];

/** `slow(250)` answers as `plainReply` after 250 milliseconds. */
export type Scenario = CourseName | RefusalName | `slow(${number})`;

/** How often the same body had come before: 0 for the first. */
export type ScenarioChoice<Request> = (request: Request, seenBefore: number) => Scenario;

/** The first time a body comes it meets the scenario; every later time it gets its plain reply. */
export const once =
	(scenario: Scenario): ScenarioChoice<unknown> =>
	(_request, seenBefore) =>
		seenBefore === 0 ? scenario : 'plainReply';

const slowPattern = /^slow\((\d+)\)$/;

/** Milliseconds that a scenario waits before it answers. */
export const delayOf = (scenario: Scenario): number =>
	Number(slowPattern.exec(scenario)?.[1] ?? '0');

const isScenario = (text: string): text is Scenario =>
	slowPattern.test(text) || isRefusal(text) || courses.some((name) => name === text);

/**
 * The scenario that a prompt asks for itself: `[[scenario:quotaExhausted]]`, or, for the first time only,
 * `[[scenario:resetMidBody once]]`. Null without a marker. A name that is none is a mistake of the test, and is thrown.
 */
export function markedScenario(text: string, seenBefore: number): Scenario | null {
	const match = /\[\[scenario:([^\]\s]+)( once)?\]\]/.exec(text);
	if (match === null) return null;
	const name = match[1] ?? '';
	if (!isScenario(name)) throw new Error(`No scenario is called ${name}`);
	return match[2] !== undefined && seenBefore > 0 ? 'plainReply' : name;
}
