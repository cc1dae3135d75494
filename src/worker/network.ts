import type { NetworkGate } from '#contract/network.ts';
import type { Fetch } from './host.ts';
import type { FromNetwork, SentInit, ToNetwork } from './network-wire.ts';

interface Call {
	readonly resolve: (response: Response) => void;
	readonly reject: (error: unknown) => void;
	readonly abort: () => void;
	/** Of the answer's body, once its head is here. */
	body: ReadableStreamDefaultController<Uint8Array> | null;
}

/** Answers that have no body, and may be given none. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

const notLoaded =
	'The part of Volley that sends requests could not be loaded. Reload the page once you are online.';

/**
 * The way out of this worker, which itself reaches nothing but the page's own host. A run's requests go to a worker that the
 * page starts once it is locked to the person's origins; before the first run, each endpoint that is looked at has one that
 * can reach it alone.
 */
export class Network {
	readonly #connected: Promise<NetworkGate>;
	/** Set once the page has said where it is. */
	connect: (gate: NetworkGate) => void = () => undefined;
	#lockedTo: readonly string[] | null = null;
	#port: MessagePort | null = null;
	#opening: Promise<void> | null = null;
	/** By origin. */
	readonly #probes = new Map<string, Promise<MessagePort | null>>();
	readonly #calls = new Map<number, Call>();
	#lastId = 0;

	constructor() {
		this.#connected = new Promise((resolve) => (this.connect = resolve));
	}

	/** Locks the tab, unless it is locked. Null where these origins can then be reached; else those that can. */
	async open(wanted: readonly string[]): Promise<readonly string[] | null> {
		if (this.#port === null) {
			this.#opening ??= this.#open(wanted).finally(() => (this.#opening = null));
			await this.#opening;
		}
		const lockedTo = this.#lockedTo;
		// Where what sends could not be loaded, the requests say so, and are tried again.
		return lockedTo === null || wanted.every((origin) => lockedTo.includes(origin))
			? null
			: lockedTo;
	}

	async #open(wanted: readonly string[]): Promise<void> {
		const gate = await this.#connected;
		const opened = await gate.open(wanted);
		if (opened === null) return;
		this.#lockedTo = opened.lockedTo;
		this.#port = opened.port;
		this.#listen(opened.port);
		// The page has ended them, and nobody would answer.
		this.#probes.clear();
		for (const id of this.#calls.keys())
			this.#end(id, new TypeError('The tab was locked for a run meanwhile. Ask again.'));
	}

	/** What can send there now; null where it could not be loaded. */
	async #portTo(origin: string): Promise<MessagePort | null> {
		await this.#opening;
		if (this.#port !== null) return this.#port;
		const before = this.#probes.get(origin);
		if (before !== undefined) return before;
		const probe = this.#connected.then((gate) => gate.probe(origin));
		this.#probes.set(origin, probe);
		const port = await probe;
		if (port !== null) this.#listen(port);
		else if (this.#probes.get(origin) === probe) this.#probes.delete(origin);
		return this.#port ?? port;
	}

	#listen(port: MessagePort): void {
		port.onmessage = ({ data }: MessageEvent<FromNetwork>) => {
			this.#heard(data);
		};
	}

	/** As the browser's own, for requests whose body is text. */
	readonly fetch: Fetch = async (input, init = {}) => {
		const url = input instanceof Request ? input.url : String(input);
		const port = await this.#portTo(new URL(url, self.location.href).origin);
		if (port === null) throw new TypeError(notLoaded);
		const signal = init.signal ?? null;
		signal?.throwIfAborted();
		const id = ++this.#lastId;
		const say = (message: ToNetwork): void => {
			port.postMessage(message);
		};
		return new Promise<Response>((resolve, reject) => {
			const abort = (): void => {
				say({ kind: 'abort', id });
			};
			this.#calls.set(id, { resolve, reject, abort, body: null });
			signal?.addEventListener(
				'abort',
				() => {
					if (this.#end(id, signal.reason)) abort();
				},
				{ once: true },
			);
			say({ kind: 'send', id, url, init: sentInit(init) });
		});
	};

	/** Tells the page what this worker's own policy refuses. */
	reportBlocked(where: string): void {
		void this.#connected.then((gate) => gate.blocked(where));
	}

	#heard(message: FromNetwork): void {
		const call = this.#calls.get(message.id);
		if (call === undefined) return;
		switch (message.kind) {
			case 'head':
				call.resolve(this.#response(call, message));
				break;
			case 'piece':
				call.body?.enqueue(message.bytes);
				break;
			case 'end':
				this.#calls.delete(message.id);
				call.body?.close();
				break;
			case 'failed':
				this.#end(message.id, new TypeError(message.message));
		}
	}

	#response(call: Call, { id, status, ...head }: Extract<FromNetwork, { kind: 'head' }>): Response {
		if (bodiless.has(status)) return new Response(null, { ...head, status });
		const body = new ReadableStream<Uint8Array>({
			start: (controller) => {
				call.body = controller;
			},
			cancel: () => {
				this.#calls.delete(id);
				call.abort();
			},
		});
		return new Response(body, { ...head, status });
	}

	/** Breaks the call off; false where it was over. */
	#end(id: number, cause: unknown): boolean {
		const call = this.#calls.get(id);
		if (call === undefined) return false;
		this.#calls.delete(id);
		if (call.body === null) call.reject(cause);
		else call.body.error(cause);
		return true;
	}
}

function sentInit({ body, ...init }: RequestInit): SentInit {
	if (body !== undefined && body !== null && typeof body !== 'string')
		throw new TypeError('Only text is sent.');
	return {
		method: (init.method ?? 'GET').toUpperCase(),
		headers: [...new Headers(init.headers)],
		body: body ?? null,
		redirect: init.redirect ?? 'error',
		credentials: init.credentials ?? 'omit',
		referrerPolicy: init.referrerPolicy ?? 'no-referrer',
	};
}
