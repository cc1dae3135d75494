import { expect, test } from 'vitest';
import { ok } from '#domain/result.ts';
import type { RunStore } from '#storage/run-store.ts';
import { SettledInflow } from '#worker/settled-inflow.ts';

test('an answer that could not be stored is heard of by who waits, however late', async () => {
	// The one thing that it asks of a store.
	const full = { settle: () => Promise.reject(new Error('full')) } as unknown as RunStore;
	const inflow = new SettledInflow(full);
	const outcome = ok({ rest: {}, choices: [{}] });
	await inflow.add({ request: 0, outcome, attempts: 1, startedAt: 0, latencyMs: 0 }, 10);
	// Node says by now that nobody handles it, which fails the test run.
	await new Promise((resolve) => setImmediate(resolve));
	await expect(inflow.idle()).rejects.toThrow('full');
});
