import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NetworkGate } from '#contract/network.ts';
import { Network } from '#worker/network.ts';
import type { FromNetwork, ToNetwork } from '#worker/network-wire.ts';

const endpoint = 'https://api.example/v1';
const origin = 'https://api.example';

/** The other end of the way out, played by hand. */
function connected(lockedTo: readonly string[] = [origin]) {
	const { port1, port2 } = new MessageChannel();
	const heard: ToNetwork[] = [];
	let next = (): void => undefined;
	port2.onmessage = ({ data }: MessageEvent<ToNetwork>) => {
		heard.push(data);
		next();
	};
	const network = new Network();
	const aside = new MessageChannel();
	const open = vi.fn<NetworkGate['open']>(() => Promise.resolve({ lockedTo, port: port1 }));
	const blocked = vi.fn<NetworkGate['blocked']>(() => Promise.resolve());
	const probe = vi.fn<NetworkGate['probe']>(() => Promise.resolve(aside.port1));
	network.connect({ open, probe, blocked });
	return {
		network,
		open,
		probe,
		/** The other end of what looks at one endpoint. */
		aside: aside.port2,
		blocked,
		/** The message of this number, once it is here. */
		async message(at: number): Promise<ToNetwork> {
			while (heard.length <= at) await new Promise<void>((resolve) => (next = resolve));
			const message = heard[at];
			if (message === undefined) throw new Error('none');
			return message;
		},
		say: (message: FromNetwork): void => {
			port2.postMessage(message);
		},
		close: (): void => {
			port1.close();
			port2.close();
			aside.port1.close();
		},
	};
}

const head = (id: number, status = 200): FromNetwork => ({
	id,
	kind: 'head',
	status,
	statusText: 'OK',
	headers: [['x-request-id', 'r1']],
});
const piece = (id: number, text: string): FromNetwork => ({
	id,
	kind: 'piece',
	bytes: new Uint8Array(new TextEncoder().encode(text)),
});

let far: ReturnType<typeof connected>;
beforeEach(() => {
	vi.stubGlobal('self', { location: { href: 'https://volley.example/worker.js' } });
	far = connected();
});
afterEach(() => {
	far.close();
	vi.unstubAllGlobals();
});

describe('a request', () => {
	beforeEach(async () => {
		await far.network.open([origin]);
	});

	test('goes as it was asked for, and its answer comes in pieces', async () => {
		const { signal } = new AbortController();
		const asked = far.network.fetch(`${endpoint}/models`, {
			method: 'post',
			headers: { Authorization: 'Bearer k' },
			body: '{}',
			redirect: 'error',
			signal,
		});
		const sent = await far.message(0);
		expect(sent).toEqual({
			kind: 'send',
			id: 1,
			url: `${endpoint}/models`,
			init: {
				method: 'POST',
				headers: [['authorization', 'Bearer k']],
				body: '{}',
				redirect: 'error',
				credentials: 'omit',
				referrerPolicy: 'no-referrer',
			},
		});
		far.say(head(1, 429));
		const answer = await asked;
		expect([answer.status, answer.headers.get('x-request-id')]).toEqual([429, 'r1']);
		for (const text of ['{"a"', ':1}']) far.say(piece(1, text));
		far.say({ id: 1, kind: 'end' });
		expect(await answer.json()).toEqual({ a: 1 });
	});

	test('answered without a body has none', async () => {
		const asked = far.network.fetch(endpoint);
		await far.message(0);
		far.say(head(1, 204));
		far.say({ id: 1, kind: 'end' });
		const answer = await asked;
		expect([answer.status, answer.body]).toEqual([204, null]);
	});

	test('that fails is a TypeError, as the browser’s own', async () => {
		const asked = far.network.fetch(endpoint);
		await far.message(0);
		far.say({ id: 1, kind: 'failed', message: 'Failed to fetch' });
		await expect(asked).rejects.toThrow(new TypeError('Failed to fetch'));
	});

	test('whose answer breaks off fails where it is read', async () => {
		const asked = far.network.fetch(endpoint);
		await far.message(0);
		far.say(head(1));
		far.say(piece(1, '{'));
		const answer = await asked;
		far.say({ id: 1, kind: 'failed', message: 'network error' });
		await expect(answer.text()).rejects.toThrow('network error');
	});

	test.each(['before its answer', 'while its answer comes'])(
		'aborted %s is broken off there as well',
		async (when) => {
			const controller = new AbortController();
			const asked = far.network.fetch(endpoint, { signal: controller.signal });
			await far.message(0);
			let reading: Promise<unknown> = asked;
			if (when !== 'before its answer') {
				far.say(head(1));
				reading = (await asked).text();
			}
			controller.abort();
			await expect(reading).rejects.toThrow('aborted');
			expect(await far.message(1)).toEqual({ kind: 'abort', id: 1 });
			// What comes all the same is of no request.
			far.say(head(1));
		},
	);

	test('aborted before it is begun never leaves', async () => {
		await expect(far.network.fetch(endpoint, { signal: AbortSignal.abort() })).rejects.toThrow(
			'aborted',
		);
		const later = far.network.fetch(`${endpoint}/later`);
		expect(await far.message(0)).toMatchObject({ url: `${endpoint}/later` });
		far.say({ id: 1, kind: 'failed', message: 'over' });
		await expect(later).rejects.toThrow('over');
	});

	test('is told from others that are under way', async () => {
		const [first, second] = [far.network.fetch(endpoint), far.network.fetch(endpoint)];
		await far.message(1);
		far.say(head(2, 500));
		far.say(head(1, 200));
		expect([(await first).status, (await second).status]).toEqual([200, 500]);
	});
});

describe('the way out', () => {
	test('is opened once, by the first who asks', async () => {
		const asked = [far.network.open([origin]), far.network.open([origin])];
		expect(await Promise.all(asked)).toEqual([null, null]);
		expect(await far.network.open([origin])).toBeNull();
		expect(far.open.mock.calls).toEqual([[[origin]]]);
	});

	test('says where it leads where that is elsewhere', async () => {
		expect(await far.network.open([origin, 'https://other.example'])).toEqual([origin]);
	});

	test('that could not be loaded fails each request in words, and is asked for again', async () => {
		far.open.mockResolvedValueOnce(null);
		far.probe.mockResolvedValueOnce(null);
		expect(await far.network.open([origin])).toBeNull();
		await expect(far.network.fetch(endpoint)).rejects.toThrow(/could not be loaded/);
		await far.network.open([origin]);
		const asked = far.network.fetch(endpoint);
		await far.message(0);
		far.say(head(1));
		expect((await asked).status).toBe(200);
	});

	test('for looks before the first run is one for each origin, and ends with the lock', async () => {
		const asked = [`${endpoint}/a`, `${endpoint}/b`, 'https://other.example/'].map((url) =>
			far.network.fetch(url),
		);
		await new Promise<void>((resolve) => {
			far.aside.onmessage = ({ data }: MessageEvent<ToNetwork>) => {
				if (data.id === 3) resolve();
			};
		});
		expect(far.probe.mock.calls).toEqual([[origin], ['https://other.example']]);
		expect(far.open).not.toHaveBeenCalled();
		const ends = asked.map((one) => expect(one).rejects.toThrow(/locked for a run meanwhile/));
		await far.network.open([origin]);
		await Promise.all(ends);
		const later = far.network.fetch(endpoint);
		await far.message(0);
		far.say(head(4));
		expect((await later).status).toBe(200);
	});

	test('tells the page what the worker’s own policy refused', async () => {
		far.network.reportBlocked('https://foreign.example/x');
		await vi.waitFor(() => {
			expect(far.blocked.mock.calls).toEqual([['https://foreign.example/x']]);
		});
	});
});
