import { describe, expect, test } from 'vitest';
import { measure, quantile, volleyFigures } from './measure.ts';
import { randomScenario, scenarios } from './scenarios.ts';
import { volley } from './volley.ts';

describe('the limiter, with limits unknown', () => {
	test.each(scenarios)('$name: near the ideal, few 429s, nothing lost', (scenario) => {
		const figures = volleyFigures(scenario);
		const ratios = figures.map(({ ratio }) => ratio);
		const [median, worst] = scenario.goal;
		expect(figures.map(({ failed, stuck }) => failed + stuck)).toEqual(figures.map(() => 0));
		expect(quantile(ratios, 0.5)).toBeLessThanOrEqual(median);
		expect(Math.max(...ratios)).toBeLessThanOrEqual(worst);
		expect(
			quantile(
				figures.map(({ refusals }) => refusals),
				0.5,
			),
		).toBeLessThanOrEqual(scenario.refusals);
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
		expect(
			quantile(
				figures.map(({ ratio }) => ratio),
				0.95,
			),
		).toBeLessThanOrEqual(1.3);
		expect(
			quantile(
				figures.map(({ refusals }) => refusals),
				0.95,
			),
		).toBeLessThanOrEqual(10);
	}, 60_000);
});
