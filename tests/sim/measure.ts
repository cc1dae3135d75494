import { carefulOracle, oracle } from './oracle.ts';
import { allms, aimd, batchPrompt, cookbook, fixedJitter, sdkDefault } from './rivals.ts';
import { scenarios, type NamedScenario } from './scenarios.ts';
import { simulate, type Scenario, type Sight, type Strategy } from './simulate.ts';
import { volley } from './volley.ts';

export interface Figure {
	/** Makespan ÷ ideal. Below 1 where requests were thrown away. */
	readonly ratio: number;
	/** 429s, % of the requests. */
	readonly refusals: number;
	readonly failed: number;
	readonly stuck: number;
	readonly attempts: number;
}

/** One scenario by one strategy, beside the ideal. */
export function measure(
	scenario: Scenario,
	strategy: (sight: Sight) => Strategy,
	isCareful = false,
): Figure {
	const ideal = simulate(scenario, isCareful ? carefulOracle : oracle, true);
	const { seconds, attempts, rejected, failed, stuck } = simulate(scenario, strategy);
	return {
		ratio: seconds / ideal.seconds,
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
	['Volley, limits typed twice too high', (sight) => volley(sight, 2)],
	['Volley', (sight) => volley(sight)],
];

const seeds = [1, 2, 3, 4, 5];

const figuresOf = (
	{ server, requests, cap }: NamedScenario,
	strategy: (sight: Sight) => Strategy,
): readonly Figure[] => seeds.map((seed) => measure({ server, requests, cap, seed }, strategy));

/** What Volley comes to in one named scenario, over the seeds. */
export const volleyFigures = (scenario: NamedScenario): readonly Figure[] =>
	figuresOf(scenario, (sight) => volley(sight));

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
		yield `| ${scenario.name} | ${strategies.map(([, strategy]) => cell(figuresOf(scenario, strategy))).join(' | ')} |`;
}
