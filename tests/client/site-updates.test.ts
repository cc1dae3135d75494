import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchSite } from '#client/site-updates.ts';

class FakeWorker extends EventTarget {
	readonly asked: unknown[] = [];
	state = 'installing';

	postMessage(message: unknown): void {
		this.asked.push(message);
	}
}

/** A registration as the browser changes it. */
class FakeRegistration extends EventTarget {
	installing: FakeWorker | null = null;
	waiting: FakeWorker | null = null;
	active: FakeWorker | null = null;
	update = vi.fn(() => Promise.resolve());

	begin(): void {
		this.installing = new FakeWorker();
		this.dispatchEvent(new Event('updatefound'));
	}

	/** The version that is being installed is there. */
	installed(): void {
		const worker = this.installing;
		if (worker === null) throw new Error('None is being installed.');
		this.installing = null;
		this.waiting = worker;
		worker.state = 'installed';
		worker.dispatchEvent(new Event('statechange'));
	}
}

const script = new URL('https://host/volley/service-worker.js');
let registration: FakeRegistration;
let register: () => Promise<FakeRegistration>;
let told: number;

beforeEach(() => {
	vi.useFakeTimers();
	registration = new FakeRegistration();
	register = () => Promise.resolve(registration);
	told = 0;
	vi.stubGlobal('navigator', { serviceWorker: { register: () => register() } });
});

afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

async function watched(): Promise<void> {
	watchSite(script).onReady(() => told++);
	await vi.advanceTimersByTimeAsync(0);
}

test.each([
	['waits already', () => (registration.waiting = new FakeWorker()), () => undefined],
	[
		'is being installed already',
		() => {
			registration.begin();
		},
		() => {
			registration.installed();
		},
	],
	[
		'comes later',
		() => undefined,
		() => {
			registration.begin();
			registration.installed();
		},
	],
])('a version that %s is told, once', async (_, before, after) => {
	registration.active = new FakeWorker();
	before();
	await watched();
	after();
	expect(told).toBe(1);
});

test('the first version of all is not told', async () => {
	await watched();
	registration.begin();
	registration.installed();
	expect(told).toBe(0);
});

test.each([
	['is down', new TypeError('Failed to fetch')],
	['is behind a sign-in page', new DOMException('unsupported MIME type', 'SecurityError')],
])('where the host %s, nothing is said, and it is asked again', async (_, cause) => {
	registration.active = new FakeWorker();
	registration.update.mockRejectedValueOnce(cause);
	await watched();
	// A rejection that nobody takes would fail the test.
	await vi.advanceTimersByTimeAsync(3_600_000);
	registration.update.mockImplementationOnce(() => {
		registration.begin();
		registration.installed();
		return Promise.resolve();
	});
	expect(told).toBe(0);
	await vi.advanceTimersByTimeAsync(3_600_000);
	expect(told).toBe(1);
});

test.each([
	['cannot be kept', () => Promise.reject(new TypeError('Failed to fetch'))],
	['is refused by the browser', () => Promise.reject(new DOMException('no', 'SecurityError'))],
])('a site that %s works as without', async (_, refuse) => {
	register = refuse;
	await watched();
	expect(told).toBe(0);
});
