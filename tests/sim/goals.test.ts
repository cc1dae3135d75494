import { describe, expect, test } from 'vitest';
import { measure, quantile, volleyFigures, type Figure } from './measure.ts';
import { randomScenario, scenarios, type NamedScenario } from './scenarios.ts';
import { volley } from './volley.ts';

const spread = (
	figures: readonly Figure[],
	of: (figure: Figure) => number,
	share: number,
): number => quantile(figures.map(of), share);

function expectGoals(scenario: NamedScenario, figures: readonly Figure[]): void {
	const [median, worst] = scenario.goal;
	expect(figures.map(({ failed, stuck }) => failed + stuck)).toEqual(figures.map(() => 0));
	expect(spread(figures, ({ ratio }) => ratio, 0.5)).toBeLessThanOrEqual(median);
	expect(spread(figures, ({ ratio }) => ratio, 1)).toBeLessThanOrEqual(worst);
	expect(spread(figures, ({ refusals }) => refusals, 1)).toBeLessThanOrEqual(scenario.refusals);
}

describe('the limiter, with limits unknown', () => {
	test.each(scenarios)('$name: near the ideal, few 429s, nothing lost', (scenario) => {
		const figures = volleyFigures(scenario);
		expectGoals(scenario, figures);
		const faults = scenario.server.faults ?? 0;
		if (scenario.server.outage === undefined)
			for (const { attempts } of figures) expect(attempts).toBeLessThanOrEqual(1.02 / (1 - faults));
	});

	test('2,000 scenarios drawn by lot: nothing lost, nothing stuck', () => {
		const figures = Array.from({ length: 2_000 }, (_, seed) =>
			measure(randomScenario(seed + 1), (sight) => volley(sight), true),
		);
		const lost = figures.flatMap(({ failed, stuck }, i) => (failed + stuck > 0 ? [i + 1] : []));
		expect(lost).toEqual([]);
		expect(spread(figures, ({ ratio }) => ratio, 0.95)).toBeLessThanOrEqual(1.3);
		expect(spread(figures, ({ refusals }) => refusals, 0.95)).toBeLessThanOrEqual(10);
	}, 60_000);
});

describe('the limiter, told too much or too little', () => {
	const told = scenarios.filter(({ name }) =>
		['requests/min 500', 'tokens/min 200k', 'sliding window', '40 % used by others'].includes(name),
	);

	test.each(told)('$name: limits typed in twice too high cost nothing', (scenario) => {
		expectGoals(scenario, volleyFigures(scenario, { typed: 2 }));
	});

	test.each(told)('$name: limits remembered twice too high cost nothing', (scenario) => {
		expectGoals(scenario, volleyFigures(scenario, { remembered: 2 }));
	});

	test.each(told)('$name: limits remembered too low are grown out of', (scenario) => {
		expectGoals({ ...scenario, goal: [1.1, 1.15] }, volleyFigures(scenario, { remembered: 0.5 }));
	});

	test.each(told)(
		'$name: limits remembered as they are need no refusal to be found',
		(scenario) => {
			expectGoals(scenario, volleyFigures(scenario, { remembered: 1 }));
		},
	);
});
