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
const wordless = { ...single, refusals: 3 } as const;
const shared = { ...single, goal: [1.1, 1.15], refusals: 8 } as const;

const lot = (
	share: number,
	says: 'nothing' | 'waitOnly',
	more: Partial<ServerModel> = {},
): ServerModel => ({ ...rpm(Infinity), lot: share, says, ...more });
const drawn = { requests: 1_000, cap: 50 } as const;

/** Overloaded servers, whose 429s depend on no pace. */
const byLot: readonly NamedScenario[] = [
	{
		...drawn,
		name: '2 % 429s by lot',
		server: lot(0.02, 'nothing'),
		goal: [1.3, 1.4],
		refusals: 4,
	},
	{
		...drawn,
		name: '2 % by lot, a second said',
		server: lot(0.02, 'waitOnly'),
		goal: [1.3, 1.4],
		refusals: 4,
	},
	{
		...drawn,
		name: '5 % 429s by lot',
		server: lot(0.05, 'nothing'),
		goal: [1.3, 1.5],
		refusals: 10,
	},
	{
		...drawn,
		name: '5 % by lot, a second said',
		server: lot(0.05, 'waitOnly'),
		goal: [1.3, 1.5],
		refusals: 10,
	},
	{ ...drawn, name: '20 % 429s by lot', server: lot(0.2, 'nothing'), goal: [2, 2.5], refusals: 35 },
	{
		...drawn,
		name: '20 % by lot, a second said',
		server: lot(0.2, 'waitOnly'),
		goal: [2, 2.5],
		refusals: 35,
	},
];

/** The server models that the limiter has to do well on. */
export const scenarios: readonly NamedScenario[] = [
	{ ...single, name: 'requests/min 500', server: rpm(500) },
	{ ...single, name: 'tokens/min 200k', cap: 50, server: { ...rpm(5_000), tpm: 200_000 } },
	{ ...single, name: 'both, 500 and 450k', server: { ...rpm(500), tpm: 450_000 } },
	{ ...single, name: 'rejected not counted', server: rpm(500, { countsRejected: false }) },
	{ ...single, name: 'per second: 600/min, 10 at once', server: rpm(600, { burst: 10 }) },
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
	{ ...single, name: 'sliding window', server: rpm(500, { window: 'sliding' }) },
	{
		...single,
		name: 'limit halves midway',
		server: rpm(500, { change: { at: 200_000, factor: 0.5 } }),
	},
	{ ...single, name: 'whole-second waits', server: rpm(500, { says: 'wholeSeconds' }) },
	{ ...single, name: 'waits 3 s too long', server: rpm(500, { waitSkewMs: 3_000 }) },
	{ ...single, name: 'waits 3 s too short', server: rpm(500, { waitSkewMs: -3_000 }) },
	{ ...single, name: '20 % faults', server: rpm(500, { faults: 0.2 }) },
	{ ...single, name: '3 requests/min', requests: 100, server: rpm(3) },
	{ ...wordless, name: 'no numbers', server: rpm(200, { says: 'nothing' }) },
	{ ...wordless, name: 'a wait alone', server: rpm(200, { says: 'waitOnly' }) },
	{ ...wordless, name: 'whole seconds alone', server: rpm(200, { says: 'wholeSecondsOnly' }) },
	{
		...wordless,
		name: 'a wait alone, 3 s too short',
		server: rpm(200, { says: 'waitOnly', waitSkewMs: -3_000 }),
	},
	{ ...shared, name: '40 % used by others', server: rpm(500, { others: 0.4 }) },
	{
		...shared,
		name: '40 % by others, sliding',
		server: rpm(500, { others: 0.4, window: 'sliding' }),
	},
	{
		...single,
		name: '90 s outage',
		server: rpm(500, { outage: { from: 120_000, to: 210_000 } }),
		goal: [1.2, 1.2],
	},
	...byLot,
];

/** A scenario drawn by lot: the same for the same number. */
export function randomScenario(seed: number): Scenario {
	const random = chance(seed * 31_337 + 5);
	const between = (least: number, most: number): number => least * (most / least) ** random();
	const chosen = <Value>(share: number, value: () => Value): Value | null =>
		random() < share ? value() : null;
	const requestLimit = Math.round(chosen(0.05, () => between(2, 20)) ?? between(20, 5_000));
	const tokenShare = chosen(0.4, () => between(0.3, 2));
	const burst = chosen(0.25, () => Math.max(1, Math.round(requestLimit * between(0.005, 0.5))));
	const others = chosen(0.2, () => random() * 0.5);
	const window = chosen(0.15, () => 'sliding' as const);
	const change = chosen(0.1, () => ({ at: between(10_000, 300_000), factor: between(0.3, 1) }));
	const outage = chosen(0.1, () => between(5_000, 200_000));
	const skew = chosen(0.1, () => (random() - 0.5) * 6_000);
	const saying = random();
	return {
		seed,
		// Some hours of a small limit show as much as a day.
		requests: Math.min(1_000, requestLimit * 60),
		cap: Math.ceil(random() * 200),
		server: {
			rpm: requestLimit,
			tpm: tokenShare === null ? Infinity : Math.max(20_000, requestLimit * 1_000 * tokenShare),
			countsRejected: random() < 0.7,
			faults: random() * 0.25,
			...(burst === null ? {} : { burst }),
			...(others === null ? {} : { others }),
			...(window === null ? {} : { window }),
			...(change === null ? {} : { change }),
			...(outage === null
				? {}
				: { outage: { from: outage, to: outage + between(5_000, 120_000) } }),
			...(skew === null ? {} : { waitSkewMs: skew }),
			...(random() < 0.1 ? { refunds: true } : {}),
			...(random() < 0.2 ? { usedShare: between(0.3, 1) } : {}),
			says:
				saying < 0.6
					? 'numbers'
					: saying < 0.75
						? 'wholeSeconds'
						: saying < 0.82
							? 'waitOnly'
							: saying < 0.9
								? 'wholeSecondsOnly'
								: 'nothing',
		},
	};
}
