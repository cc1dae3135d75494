import { describe, expect, test } from 'vitest';
import { WorkerHealth } from '#client/worker-health.ts';
import type { EngineEvent } from '#contract/engine-api.ts';

function watched() {
	const worker = new EventTarget();
	const bugs: Error[] = [];
	const health = new WorkerHealth(worker, (bug) => bugs.push(bug));
	const heard: EngineEvent[] = [];
	const subscribe = (): void => {
		health.subscribe((event) => heard.push(event));
	};
	return { worker, health, bugs, heard, subscribe };
}

describe('a worker that fails before any answer', () => {
	test.each(['error', 'messageerror'])('(%s) is told to every subscriber, once', (type) => {
		const { worker, heard, subscribe } = watched();
		subscribe();
		subscribe();
		worker.dispatchEvent(new Event(type));
		worker.dispatchEvent(new Event(type));
		expect(heard.map(({ kind }) => kind)).toEqual(['broken', 'broken']);
		expect(JSON.stringify(heard[0])).toContain('Reload the page');
	});

	test('is told to whoever subscribes after it failed', () => {
		const { worker, heard, subscribe } = watched();
		worker.dispatchEvent(new Event('error'));
		subscribe();
		expect(heard.map(({ kind }) => kind)).toEqual(['broken']);
	});

	test('is told once: the error does not go on to the window', () => {
		const { worker } = watched();
		const error = new Event('error', { cancelable: true });
		worker.dispatchEvent(error);
		expect(error.defaultPrevented).toBe(true);
	});

	test('may be one that could not even be created', () => {
		const { health, heard, subscribe } = watched();
		health.fail();
		subscribe();
		expect(heard.map(({ kind }) => kind)).toEqual(['broken']);
	});
});

describe('a worker that has answered', () => {
	test('is there: its errors are bugs, which the window reports', () => {
		const { worker, heard, subscribe } = watched();
		subscribe();
		worker.dispatchEvent(new Event('message'));
		const error = new Event('error', { cancelable: true });
		worker.dispatchEvent(error);
		expect([heard, error.defaultPrevented]).toEqual([[], false]);
	});

	test('and then says what cannot be read has a bug, which is reported', () => {
		const { worker, bugs, heard, subscribe } = watched();
		subscribe();
		worker.dispatchEvent(new Event('message'));
		worker.dispatchEvent(new Event('messageerror'));
		expect([heard.length, bugs.length]).toEqual([0, 1]);
	});
});
