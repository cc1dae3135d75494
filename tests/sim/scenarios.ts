import { chance } from './chance.ts';
import type { ServerModel } from './server.ts';
import type { Scenario } from './simulate.ts';

export interface NamedScenario {
	readonly name: string;
	readonly server: ServerModel;
	readonly requests: number;
	readonly cap: number;
	/** Makespan ÷ ideal: median and worst over the seeds. */
	readonly goal: readonly [median: number, worst: number];
	/** 429s, % of the requests. */
	readonly refusals: number;
}

const rpm = (perMinute: number, more: Partial<ServerModel> = {}): ServerModel => ({
	rpm: perMinute,
	tpm: Infinity,
	countsRejected: true,
	faults: 0.01,
	...more,
});

const single = { requests: 5_000, cap: 100, goal: [1.05, 1.15], refusals: 1 } as const;

/** The server models that the limiter has to do well on. */
export const scenarios: readonly NamedScenario[] = [
	{ ...single, name: 'requests/min 500', server: rpm(500) },
	{ ...single, name: 'tokens/min 200k', cap: 50, server: { ...rpm(5_000), tpm: 200_000 } },
	{ ...single, name: 'rejected not counted', server: rpm(500, { countsRejected: false }) },
	{
		...single,
		name: 'per second: 600/min, 10 at once',
		goal: [1.12, 1.15],
		server: rpm(600, { burst: 10 }),
	},
	{
		...single,
		name: 'refund after completion',
		server: { ...rpm(5_000), tpm: 200_000, refunds: true, usedShare: 0.5 },
	},
	{
		...single,
		name: 'half used, no refund',
		server: { ...rpm(5_000), tpm: 200_000, usedShare: 0.5 },
	},
	{ ...single, name: 'sliding window', goal: [1.2, 1.25], server: rpm(500, { window: 'sliding' }) },
	{
		...single,
		name: 'limit halves midway',
		server: rpm(500, { change: { at: 200_000, factor: 0.5 } }),
	},
	{ ...single, name: 'whole-second waits', server: rpm(500, { says: 'wholeSeconds' }) },
	{ ...single, name: '20 % faults', server: rpm(500, { faults: 0.2 }) },
	{
		...single,
		name: '3 requests/min',
		requests: 100,
		server: rpm(3),
		goal: [1.06, 1.15],
		refusals: 7,
	},
	{ ...single, name: 'no numbers', server: rpm(200, { says: 'nothing' }), refusals: 3 },
	{ ...single, name: 'a wait alone', server: rpm(200, { says: 'waitOnly' }), refusals: 3 },
	{
		...single,
		name: '40 % used by others',
		server: rpm(500, { others: 0.4 }),
		goal: [1.1, 1.15],
		refusals: 8,
	},
	{
		...single,
		name: '90 s outage',
		server: rpm(500, { outage: { from: 120_000, to: 210_000 } }),
		goal: [1.2, 1.2],
	},
];

/** A scenario drawn by lot: the same for the same number. */
export function randomScenario(seed: number): Scenario {
	const random = chance(seed * 31_337 + 5);
	const between = (least: number, most: number): number => least * (most / least) ** random();
	const requestLimit = Math.round(between(20, 5_000));
	const tokenLimited = random() < 0.4;
	const saying = random();
	return {
		seed,
		requests: 1_000,
		cap: Math.ceil(random() * 200),
		server: {
			rpm: requestLimit,
			tpm: tokenLimited ? Math.max(20_000, requestLimit * 1_000 * between(0.3, 2)) : Infinity,
			countsRejected: random() < 0.7,
			faults: random() * 0.25,
			...(random() < 0.25
				? { burst: Math.max(1, Math.round(requestLimit * between(0.005, 0.5))) }
				: {}),
			...(random() < 0.2 ? { others: random() * 0.5 } : {}),
			...(random() < 0.1 ? { window: 'sliding' as const } : {}),
			says:
				saying < 0.65
					? 'numbers'
					: saying < 0.8
						? 'wholeSeconds'
						: saying < 0.9
							? 'waitOnly'
							: 'nothing',
		},
	};
}
