import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openSite } from '#client/site.ts';
import { tabMemory } from '#state/run-files.svelte.ts';

const channels = new Set<EventTarget>();

/** Tells every other tab, as the browser does. */
class FakeChannel extends EventTarget {
	constructor() {
		super();
		channels.add(this);
	}

	postMessage(data: unknown): void {
		for (const other of channels)
			if (other !== this) other.dispatchEvent(new MessageEvent('message', { data }));
	}
}

beforeEach(() => {
	channels.clear();
	vi.stubGlobal('BroadcastChannel', FakeChannel);
	vi.stubGlobal('navigator', {});
});

afterEach(() => {
	vi.unstubAllGlobals();
});

/** Its keys are its own properties, as in browsers. */
function fakeStorage(entries: Record<string, string>): Record<string, string> {
	const methods = {
		setItem: (key: string, value: string) => (storage[key] = value),
		removeItem: (key: string) => Reflect.deleteProperty(storage, key),
	};
	const storage = Object.assign(Object.create(methods), entries) as Record<string, string>;
	return storage;
}

test('a tab that hears that all is erased ends its engine, forgets, and then says so', () => {
	const storage = fakeStorage({ 'other-app': '1', volleyball: '1' });
	vi.stubGlobal('sessionStorage', storage);
	tabMemory.set('run-1', 'answers.jsonl');
	expect(Object.keys(storage)).toHaveLength(3);
	const order: string[] = [];
	const site = openSite(new URL('https://host/volley/'), () => order.push('ended'));
	site.onErased(() => order.push(Object.keys(storage).join(' ')));
	new FakeChannel().postMessage(null);
	expect(order).toEqual(['ended', 'other-app volleyball']);
});

test('a tab whose storage is refused hears it too', () => {
	Object.defineProperty(globalThis, 'sessionStorage', {
		configurable: true,
		get: () => {
			throw new DOMException('The operation is insecure.', 'SecurityError');
		},
	});
	const told = vi.fn();
	openSite(new URL('https://host/volley/'), () => undefined).onErased(told);
	new FakeChannel().postMessage(null);
	expect(told).toHaveBeenCalledOnce();
	Reflect.deleteProperty(globalThis, 'sessionStorage');
});
