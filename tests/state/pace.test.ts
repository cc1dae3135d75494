import { describe, expect, test } from 'vitest';
import type { HeldBackBy, LearnedLimits, RunProgress } from '#domain/run.ts';
import { PaceReader, type Pace } from '#state/pace.ts';
import { counters, HandClock, progressWith } from './run-fixtures.ts';

function reading() {
	const clock = new HandClock();
	const shown: Pace[] = [];
	const reader = new PaceReader(clock, (pace) => shown.push(pace));
	const take = (change: Partial<RunProgress>) => {
		reader.take(progressWith(change));
	};
	return { clock, shown, reader, take, last: () => shown.at(-1) };
}

const rpm = (perMinute: number, model = 'model-a'): LearnedLimits => ({
	model,
	requestsPerMinute: perMinute,
	tokensPerMinute: null,
	requestsShare: null,
	tokensShare: null,
	source: 'endpoint',
});

describe('the pace that is read', () => {
	test('is there at once, then changes once a second, however many snapshots come', async () => {
		const { clock, shown, take } = reading();
		for (let i = 0; i < 100; i++) {
			take({ settledPerMinute: i });
			await clock.pass(100);
		}
		expect(shown.length).toBeLessThanOrEqual(11);
		expect(shown.map(({ settledPerMinute }) => settledPerMinute).slice(0, 3)).toEqual([0, 10, 20]);
	});

	test('a reason is said once it held for most of a second, though no snapshot comes meanwhile', async () => {
		const { clock, take, last } = reading();
		take({ heldBackBy: 'tokensPerMinute' });
		await clock.pass(100);
		take({ heldBackBy: 'tokensPerMinute' });
		await clock.pass(900);
		take({ heldBackBy: 'cooldown', cooldownUntil: clock.now() + 30_000 });
		await clock.pass(200);
		expect(last()?.heldBackBy).toBe('tokensPerMinute');
		const until = clock.now() - 200 + 30_000;
		await clock.pass(3_000);
		expect([last()?.heldBackBy, last()?.until]).toEqual(['cooldown', until]);
		expect(clock.pending).toBe(0);
	});

	test('changes at once when the run changes its phase, and forgets what held it back', async () => {
		const { clock, take, last } = reading();
		take({ heldBackBy: 'cooldown', cooldownUntil: clock.now() + 30_000 });
		await clock.pass(100);
		take({ phase: { name: 'stopped' } });
		expect([last()?.heldBackBy, last()?.until, last()?.secondsLeft]).toEqual([null, null, null]);
		expect(clock.pending).toBe(0);
	});

	test('an end of a wait that is over is not named', async () => {
		const { clock, take, last } = reading();
		take({ heldBackBy: 'outage', cooldownUntil: clock.now() + 500 });
		expect(last()?.until).not.toBeNull();
		take({ heldBackBy: 'outage' });
		await clock.pass(1_000);
		expect([last()?.heldBackBy, last()?.until]).toEqual(['outage', null]);
	});

	test('nothing is shown after it is disposed of', async () => {
		const { clock, shown, reader, take } = reading();
		take({});
		take({});
		reader.dispose();
		await clock.pass(5_000);
		expect(shown).toHaveLength(1);
	});
});

describe('the time left', () => {
	const half = { ...counters, succeeded: 500 };
	const going = { counters: half, settledPerMinute: 100, secondsLeft: 300 };

	test.each<[HeldBackBy | null, Partial<RunProgress>, number | null]>([
		['tokensPerMinute', {}, 300],
		['endpoint', {}, 300],
		[null, {}, 300],
		['outage', {}, null],
		['firstRequest', {}, null],
		// Nothing is known of the time before the wait.
		['cooldown', {}, null],
		// Over half a minute three a minute are one or two: the limit tells better.
		['requestsPerMinute', { limits: [rpm(3)] }, 10_000],
		['requestsPerMinute', { limits: [rpm(3)], promptsPerCall: 20 }, 500],
		['requestsPerMinute', { limits: [rpm(21)] }, 300],
		['requestsPerMinute', { limits: [rpm(3), rpm(3, 'model-b')] }, 300],
		['tokensPerMinute', { limits: [rpm(3)] }, 300],
		['endpoint', { phase: { name: 'pausing' } }, null],
	])('held back by %s, with %o, is %s', (heldBackBy, change, seconds) => {
		const { take, last } = reading();
		take({ ...going, heldBackBy, ...change });
		expect(last()?.secondsLeft).toBe(seconds);
	});

	test('during a cooldown is what remains of it, and the rest at the pace before', async () => {
		const { clock, take, last } = reading();
		take({ ...going, heldBackBy: 'endpoint' });
		await clock.pass(1_000);
		take({
			...going,
			settledPerMinute: 1,
			heldBackBy: 'cooldown',
			cooldownUntil: clock.now() + 61_000,
		});
		await clock.pass(1_000);
		expect(last()?.secondsLeft).toBe(300 + 60);
	});
});
