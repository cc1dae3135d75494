import { describe, expect, test } from 'vitest';
import { ScreenWake, type HeldScreen } from '#state/wake-lock.svelte.ts';
import { inMemory } from '../support/in-memory.ts';
import { rest } from './run-fixtures.ts';

/** A browser's screen: how often it was asked for and let go of, and a way for the browser to take it back. */
function screen(answers: readonly ('held' | 'refused')[] = [], memory = inMemory()) {
	const seen = { asked: 0, released: 0 };
	let gone: (() => void)[] = [];
	const hold = (): HeldScreen => ({
		release: () => {
			seen.released += 1;
			return Promise.resolve();
		},
		onGone: (callBack) => gone.push(callBack),
	});
	const wake = new ScreenWake(
		{
			request: () => {
				const answer = answers[seen.asked] ?? 'held';
				seen.asked += 1;
				return answer === 'held'
					? Promise.resolve(hold())
					: Promise.reject(new DOMException('no', 'NotAllowedError'));
			},
		},
		memory,
	);
	const takeBack = (): void => {
		for (const callBack of gone) callBack();
		gone = [];
	};
	return { wake, seen, memory, takeBack };
}

describe('the screen', () => {
	test('is kept awake while a run goes, and no longer', async () => {
		const { wake, seen, memory } = screen();
		wake.need(false);
		expect(seen.asked).toBe(0);
		wake.need(true);
		await rest();
		expect(wake.held).toBe(true);
		wake.need(true);
		wake.need(false);
		await rest();
		expect([wake.held, seen, memory.read()]).toEqual([false, { asked: 1, released: 1 }, null]);
	});

	test('is asked for again once the page is seen again', async () => {
		const { wake, seen, takeBack } = screen();
		wake.need(true);
		await rest();
		takeBack();
		expect(wake.held).toBe(false);
		wake.seen();
		await rest();
		expect([wake.held, seen.asked]).toEqual([true, 2]);
		wake.need(false);
		wake.seen();
		await rest();
		expect([wake.held, seen.asked]).toEqual([false, 2]);
	});

	test('is let go of where the run ended while the browser was asked', async () => {
		const { wake, seen } = screen();
		wake.need(true);
		wake.need(false);
		await rest();
		expect([wake.held, seen.released]).toEqual([false, 1]);
	});

	test('refused, is no fault, and is asked for at the next occasion', async () => {
		const { wake, seen } = screen(['refused']);
		wake.need(true);
		await rest();
		expect(wake.held).toBe(false);
		wake.seen();
		await rest();
		expect([wake.held, seen.asked]).toEqual([true, 2]);
	});

	test('is left alone by whoever chose so, also on the next visit', async () => {
		const { wake, seen, memory } = screen();
		wake.need(true);
		await rest();
		wake.choose(false);
		expect([wake.held, wake.wanted, seen.released]).toEqual([false, false, 1]);
		const again = screen([], memory);
		again.wake.need(true);
		await rest();
		expect([again.wake.wanted, again.seen.asked]).toEqual([false, 0]);
		again.wake.choose(true);
		await rest();
		expect([again.wake.held, again.memory.read()]).toEqual([true, 'on']);
	});

	test('where the browser has no such lock, nothing is asked and nothing is offered', async () => {
		const wake = new ScreenWake(null, inMemory());
		wake.need(true);
		await rest();
		expect([wake.possible, wake.held]).toEqual([false, false]);
	});
});
