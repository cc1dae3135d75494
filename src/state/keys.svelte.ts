import type { EngineApi, HeldKey } from '#contract/engine-api.ts';

/**
 * The API keys of this tab. A key stands here only while it is typed; then the worker holds it, for exactly the origin
 * it was typed for.
 */
export class KeyRing {
	readonly #api: EngineApi;
	typed = $state.raw('');
	held = $state.raw<readonly HeldKey[]>([]);
	/** The origin whose key is on its way to the worker. */
	storing = $state.raw<string | null>(null);
	/** Where requests would have gone when the key was typed; null where that was not known yet. */
	#typedFor: string | null = null;
	#queue: Promise<void> = Promise.resolve();

	constructor(api: EngineApi) {
		this.#api = api;
	}

	async load(): Promise<void> {
		this.held = await this.#api.heldKeys();
	}

	type(text: string, origin: string | null): void {
		this.typed = text;
		this.#typedFor = origin;
	}

	heldFor(origin: string | null): HeldKey | null {
		return this.held.find((key) => key.origin === origin) ?? null;
	}

	/** Whether a request to this origin would find a key. */
	hasFor(origin: string): boolean {
		return this.heldFor(origin) !== null || this.storing === origin || this.#isTypedFor(origin);
	}

	/** Gives the typed key to the worker. One that was typed for another origin is dropped instead. */
	hold(origin: string): Promise<void> {
		const key = this.typed.trim();
		const meant = this.#isTypedFor(origin);
		this.clear();
		return meant ? this.give(origin, key) : this.#queue;
	}

	/** Gives a key to the worker for exactly this origin. */
	give(origin: string, key: string): Promise<void> {
		this.storing = origin;
		this.#queue = this.#queue.then(async () => {
			try {
				const held = await this.#api.holdKey(origin, key);
				this.held = [...this.held.filter((other) => other.origin !== origin), held];
			} finally {
				this.storing = null;
			}
		});
		return this.#queue;
	}

	/** Resolves once no key is on its way to the worker. */
	stored(): Promise<void> {
		return this.#queue;
	}

	async forget(origin: string): Promise<void> {
		await this.#api.forgetKey(origin);
		this.held = this.held.filter((key) => key.origin !== origin);
	}

	clear(): void {
		this.typed = '';
		this.#typedFor = null;
	}

	#isTypedFor(origin: string): boolean {
		const meant = this.#typedFor === null || this.#typedFor === origin;
		return meant && this.typed.trim() !== '';
	}
}
