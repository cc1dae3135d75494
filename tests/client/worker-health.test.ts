import { describe, expect, test } from 'vitest';
import { WorkerHealth } from '#client/worker-health.ts';
import type { EngineEvent } from '#contract/engine-api.ts';

function watched() {
	const port = new EventTarget();
	const bugs: Error[] = [];
	const health = new WorkerHealth(port, (bug) => bugs.push(bug));
	const heard: EngineEvent[] = [];
	const subscribe = (): void => {
		health.subscribe((event) => heard.push(event));
	};
	return { port, health, bugs, heard, subscribe };
}

describe('a worker that was not loaded', () => {
	test('is told to every subscriber, once', () => {
		const { health, heard, subscribe } = watched();
		subscribe();
		subscribe();
		health.fail();
		health.fail();
		expect(heard.map(({ kind }) => kind)).toEqual(['broken', 'broken']);
		expect(JSON.stringify(heard[0])).toContain('Reload the page');
	});

	test('is told to whoever subscribes later', () => {
		const { health, heard, subscribe } = watched();
		health.fail();
		subscribe();
		expect(heard.map(({ kind }) => kind)).toEqual(['broken']);
	});
});

describe('an answer that cannot be read', () => {
	test('as the first one means that no other can be either', () => {
		const { port, bugs, heard, subscribe } = watched();
		subscribe();
		port.dispatchEvent(new Event('messageerror'));
		expect([heard.map(({ kind }) => kind), bugs]).toEqual([['broken'], []]);
	});

	test('after one that was read has a bug, which is reported', () => {
		const { port, bugs, heard, subscribe } = watched();
		subscribe();
		port.dispatchEvent(new Event('message'));
		port.dispatchEvent(new Event('messageerror'));
		expect([heard.length, bugs.length]).toEqual([0, 1]);
	});
});
