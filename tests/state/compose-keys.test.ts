import { describe, expect, test } from 'vitest';
import { err, ok } from '#domain/result.ts';
import { composing, write } from './compose-fixtures.ts';

const openAi = 'https://api.openai.com';

describe('a typed key', () => {
	test('goes to the worker for the exact origin, and from the field', async () => {
		const { compose, worker } = await composing();
		compose.setProvider('openai');
		compose.keys.type(' sk-w8ZP ', compose.origin);
		await compose.holdTypedKey();
		expect(worker.asked('holdKey')).toEqual([[openAi, 'sk-w8ZP']]);
		expect(compose.keys.typed).toBe('');
		expect(compose.keys.heldFor(openAi)?.lastFour).toBe('w8ZP');
	});

	test('never stands in the draft', async () => {
		const { compose, worker } = await composing();
		compose.setProvider('openai');
		write(compose, 'Hello');
		compose.keys.type('sk-secret', compose.origin);
		await compose.start();
		expect(JSON.stringify(worker.asked('saveDraft'))).not.toContain('sk-secret');
		expect(JSON.stringify(worker.asked('startRun'))).not.toContain('sk-secret');
	});

	test('is held before the run starts', async () => {
		const { compose, worker } = await composing();
		compose.setProvider('openai');
		write(compose, 'Hello');
		compose.keys.type('sk-w8ZP', compose.origin);
		expect(await compose.start()).toBe('r1');
		const order = worker.calls.map(([name]) => name);
		expect(order.indexOf('holdKey')).toBeLessThan(order.indexOf('startRun'));
	});

	test('waits in the field until there is an origin to bind it to', async () => {
		const { compose, worker } = await composing();
		compose.setProvider('compatible');
		compose.keys.type('key', compose.origin);
		await compose.holdTypedKey();
		expect([worker.asked('holdKey'), compose.keys.typed]).toEqual([[], 'key']);
		compose.set({ baseUrl: 'https://host.example/v1' });
		await compose.holdTypedKey();
		expect(worker.asked('holdKey')).toEqual([['https://host.example', 'key']]);
	});

	test('is dropped, not carried over, when the origin changes under it', async () => {
		const { compose, worker } = await composing();
		compose.setProvider('compatible');
		compose.set({ baseUrl: 'https://first.example/v1' });
		compose.keys.type('key', compose.origin);
		compose.set({ baseUrl: 'https://second.example/v1' });
		await compose.holdTypedKey();
		expect([worker.asked('holdKey'), compose.keys.typed]).toEqual([[], '']);
	});

	test('is dropped when another provider is chosen', async () => {
		const { compose } = await composing();
		compose.setProvider('compatible');
		compose.keys.type('key', compose.origin);
		compose.setProvider('openai');
		expect(compose.keys.typed).toBe('');
	});
});

describe('a held key', () => {
	test('is not taken for another origin', async () => {
		const { compose } = await composing();
		compose.setProvider('openai');
		compose.keys.type('sk-w8ZP', compose.origin);
		await compose.holdTypedKey();
		compose.setProvider('compatible');
		compose.set({ baseUrl: 'https://api.openai.com.evil.example/v1' });
		expect(compose.keys.heldFor(compose.origin)).toBeNull();
		compose.set({ baseUrl: 'https://api.openai.com:8443/v1' });
		expect(compose.keys.heldFor(compose.origin)).toBeNull();
	});

	test('is gone once it is forgotten', async () => {
		const { compose, worker } = await composing();
		compose.setProvider('openai');
		compose.keys.type('sk-w8ZP', compose.origin);
		await compose.holdTypedKey();
		await compose.keys.forget(openAi);
		expect(worker.asked('forgetKey')).toEqual([[openAi]]);
		expect(compose.keys.heldFor(openAi)).toBeNull();
		expect(compose.needsKey).toBe(true);
	});
});

describe('without a key', () => {
	test.each([
		{ provider: 'demo', needed: false },
		{ provider: 'openai', needed: true },
		{ provider: 'compatible', needed: false },
	] as const)('$provider needs one: $needed', async ({ provider, needed }) => {
		const { compose } = await composing();
		compose.setProvider(provider);
		expect(compose.problems.some(({ field }) => field === 'apiKey')).toBe(needed);
	});

	test('that the worker lost meanwhile, Start says so at the field', async () => {
		let held = [{ origin: openAi, lastFour: 'w8ZP' }];
		const { compose } = await composing({
			heldKeys: () => Promise.resolve(held),
			startRun: () => {
				held = [];
				return Promise.resolve(err({ kind: 'needsKey', origin: openAi }));
			},
		});
		compose.setProvider('openai');
		write(compose, 'Hello');
		expect(await compose.start()).toBeNull();
		expect(compose.refusal).toBeNull();
		expect(compose.notes('apiKey').problems).toHaveLength(1);
	});

	test('being on its way to the worker counts as held', async () => {
		let arrived: () => void = () => undefined;
		const { compose } = await composing({
			holdKey: (origin, key) =>
				new Promise((resolve) => {
					arrived = () => {
						resolve({ origin, lastFour: key.slice(-4) });
					};
				}),
			startRun: () => Promise.resolve(ok('r1')),
		});
		compose.setProvider('openai');
		write(compose, 'Hello');
		compose.keys.type('sk-w8ZP', compose.origin);
		const holding = compose.holdTypedKey();
		expect(compose.needsKey).toBe(false);
		await Promise.resolve();
		arrived();
		await holding;
		expect(compose.keys.heldFor(openAi)?.lastFour).toBe('w8ZP');
	});
});
