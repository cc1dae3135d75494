import { describe, expect, test } from 'vitest';
import type { AddressBar } from '#state/address-bar.ts';
import { RouteState } from '#state/route.svelte.ts';
import { hashOf, parseRoute } from '#state/route.ts';

describe('a hash', () => {
	test.each([
		{ hash: '#/new', route: { page: 'new' } },
		{ hash: '#/privacy', route: { page: 'privacy' } },
		{ hash: '#/runs/8f-2', route: { page: 'run', runId: '8f-2' } },
		{ hash: '', route: null },
		{ hash: '#/runs/', route: null },
		{ hash: '#/runs/a/b', route: null },
		{ hash: '#/runs/%3Cb%3E', route: null },
	] as const)('“$hash” names $route', ({ hash, route }) => {
		expect(parseRoute(hash)).toEqual(route);
		if (route !== null) expect(hashOf(route)).toBe(hash);
	});
});

/** An address bar with its entries, the last of which is shown. */
class Bar implements AddressBar {
	entries: string[];
	#changed: () => void = () => undefined;

	constructor(hash: string) {
		this.entries = [hash];
	}

	readonly hash = (): string => this.entries.at(-1) ?? '';

	readonly push = (hash: string): void => {
		this.entries.push(hash);
		this.#changed();
	};

	readonly replace = (hash: string): void => {
		this.entries.splice(-1, 1, hash);
	};

	readonly watch = (changed: () => void): (() => void) => {
		this.#changed = changed;
		return () => {
			this.#changed = () => undefined;
		};
	};

	back(): void {
		this.entries.pop();
		this.#changed();
	}
}

describe('the route', () => {
	test.each(['', '#/nowhere'])('of “%s” is the new run, without an entry for Back', (hash) => {
		const bar = new Bar(hash);
		const route = new RouteState(bar);
		expect(route.current).toEqual({ page: 'new' });
		expect(bar.entries).toEqual(['#/new']);
	});

	test('goes to a run, and Back leads where one was', () => {
		const bar = new Bar('#/new');
		const route = new RouteState(bar);
		route.go({ page: 'run', runId: 'r1' });
		expect(route.current).toEqual({ page: 'run', runId: 'r1' });
		bar.back();
		expect(route.current).toEqual({ page: 'new' });
	});

	test('leaves no second entry for the page that is shown', () => {
		const bar = new Bar('#/runs/r1');
		const route = new RouteState(bar);
		const shown = route.current;
		route.go({ page: 'run', runId: 'r1' });
		expect(bar.entries).toEqual(['#/runs/r1']);
		expect(route.current).toBe(shown);
	});

	test('typed once more stays the same value, so that nothing is opened twice', () => {
		const bar = new Bar('#/runs/r1');
		const route = new RouteState(bar);
		const shown = route.current;
		bar.push('#/runs/r1');
		expect(route.current).toBe(shown);
	});

	test('no longer follows once disposed', () => {
		const bar = new Bar('#/new');
		const route = new RouteState(bar);
		route.dispose();
		bar.push('#/runs/r1');
		expect(route.current).toEqual({ page: 'new' });
	});
});
