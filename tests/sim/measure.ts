import { carefulOracle, oracle } from './oracle.ts';
import { allms, aimd, batchPrompt, cookbook, fixedJitter, sdkDefault } from './rivals.ts';
import { scenarios, type NamedScenario } from './scenarios.ts';
import type { ServerModel } from './server.ts';
import { simulate, type Scenario, type Sight, type Strategy } from './simulate.ts';
import { volley, type Knowledge } from './volley.ts';

export interface Figure {
	/** Makespan ÷ ideal. Below 1 where requests were thrown away. */
	readonly ratio: number;
	/** 429s, % of the requests. */
	readonly refusals: number;
	readonly failed: number;
	readonly stuck: number;
	readonly attempts: number;
}

/** Seconds that the ideal takes, which every strategy is measured against: worked out once. */
const ideals = new WeakMap<ServerModel, Map<string, number>>();

function idealSeconds(scenario: Scenario, isCareful: boolean): number {
	const { server, requests, cap, seed } = scenario;
	const known = ideals.get(server) ?? new Map<string, number>();
	ideals.set(server, known);
	const key = JSON.stringify([requests, cap, seed, isCareful]);
	const seconds =
		known.get(key) ?? simulate(scenario, isCareful ? carefulOracle : oracle, true).seconds;
	known.set(key, seconds);
	return seconds;
}

/** One scenario by one strategy, beside the ideal. */
export function measure(
	scenario: Scenario,
	strategy: (sight: Sight) => Strategy,
	isCareful = false,
): Figure {
	const { seconds, attempts, rejected, failed, stuck } = simulate(scenario, strategy);
	return {
		ratio: seconds / idealSeconds(scenario, isCareful),
		refusals: (100 * rejected) / scenario.requests,
		failed,
		stuck,
		attempts: (attempts - rejected) / scenario.requests,
	};
}

/** The value below which this share lies. */
export const quantile = (values: readonly number[], share: number): number =>
	values.toSorted((a, b) => a - b)[
		Math.min(values.length - 1, Math.floor(share * values.length))
	] ?? Number.NaN;

const strategies: readonly (readonly [string, (sight: Sight) => Strategy])[] = [
	['fixed, full jitter ×6', fixedJitter],
	['batch-prompt ×200', batchPrompt],
	['allms ×8', allms],
	['SDK default', sdkDefault],
	['cookbook, true limits', cookbook(1)],
	['cookbook at 75 %', cookbook(0.75)],
	['AIMD concurrency', aimd],
	['Volley, limits typed twice too high', (sight) => volley(sight, { typed: 2 })],
	['Volley', (sight) => volley(sight)],
];

const seeds = [1, 2, 3, 4, 5];
/** The others retry so much, and differ so little between seeds, that one has to do. */
const seedsOf = (name: string): number[] => (name.startsWith('Volley') ? seeds : seeds.slice(0, 1));

const figuresOf = (
	{ server, requests, cap }: NamedScenario,
	strategy: (sight: Sight) => Strategy,
	chosen = seeds,
): readonly Figure[] => chosen.map((seed) => measure({ server, requests, cap, seed }, strategy));

/** What Volley comes to in one named scenario, over the seeds. */
export const volleyFigures = (
	scenario: NamedScenario,
	knowledge: Knowledge = {},
): readonly Figure[] => figuresOf(scenario, (sight) => volley(sight, knowledge));

const cell = (figures: readonly Figure[]): string => {
	const median = (of: (figure: Figure) => number): number => quantile(figures.map(of), 0.5);
	const lost = median(({ failed, stuck }) => failed + stuck);
	return `${median(({ ratio }) => ratio).toFixed(2)}; ${median(({ refusals }) => refusals).toFixed(1)}; ${String(lost)}`;
};

/**
 * The whole table as Markdown: makespan ÷ ideal; 429s in % of the requests; requests lost.
 * @public `npm run sim` loads it by its path.
 */
export function* table(): Generator<string> {
	yield `| scenario | ${strategies.map(([name]) => name).join(' | ')} |`;
	yield `| --- |${' --- |'.repeat(strategies.length)}`;
	for (const scenario of scenarios)
		yield `| ${scenario.name} | ${strategies.map(([name, strategy]) => cell(figuresOf(scenario, strategy, seedsOf(name)))).join(' | ')} |`;
}
