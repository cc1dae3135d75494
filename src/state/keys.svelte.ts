import type { EngineApi, HeldKey, RememberedKeys } from '#contract/engine-api.ts';
import { keyIn, keyProblem } from '#domain/api-key.ts';

/** What the page asks a person about remembered keys, in a dialog. */
export interface KeyQuestion {
	readonly kind: 'unlock' | 'choose' | 'manage';
	/** The origin whose key it is about; null: all of them. */
	readonly origin: string | null;
}

/**
 * The API keys of this tab. A key stands here only while it is typed; then the worker holds it, for exactly the origin
 * it was typed for.
 */
export class KeyRing {
	readonly #api: EngineApi;
	typed = $state.raw('');
	held = $state.raw<readonly HeldKey[]>([]);
	/** What this device remembers. */
	remembered = $state.raw<RememberedKeys>({
		...{ possible: true, origins: [], unlocked: false },
		...{ earlier: [], later: [] },
	});
	asked = $state.raw<KeyQuestion | null>(null);
	#answer: (isDone: boolean) => void = () => undefined;
	/** The origin whose key could not be remembered just now. */
	notRemembered = $state.raw<string | null>(null);
	/** The key that could not be deleted from this device just now, and what the browser said. */
	notForgotten = $state.raw<{ readonly origin: string; readonly message: string } | null>(null);
	/** The origin whose key is to be remembered as soon as it is held. */
	wanted = $state.raw<string | null>(null);
	/** The origin whose key is on its way to the worker. */
	storing = $state.raw<string | null>(null);
	/** Where requests would have gone when the key was typed; null where that was not known yet. */
	#typedFor: string | null = null;
	#queue: Promise<void> = Promise.resolve();
	/** Questions are numbered: an answer never takes the place of one to a later question. */
	#question = 0;
	#answeredHeld = 0;
	#answeredRemembered = 0;
	/** Keys that were given, each with the last question before: its answer may not know of that key yet. */
	#given: readonly { readonly origin: string; readonly after: number }[] = [];

	constructor(api: EngineApi) {
		this.#api = api;
	}

	async load(): Promise<void> {
		const question = ++this.#question;
		// What is held can be told also where nothing can be read.
		const held = await this.#api.heldKeys();
		if (question > this.#answeredHeld) {
			this.#answeredHeld = question;
			this.#given = this.#given.filter(({ after }) => after >= question);
			const isGiven = ({ origin }: HeldKey): boolean =>
				this.#given.some((one) => one.origin === origin);
			this.held = [...held.filter((one) => !isGiven(one)), ...this.held.filter(isGiven)];
		}
		this.#tell(question, await this.#api.rememberedKeys());
	}

	#tell(question: number, remembered: RememberedKeys): void {
		if (question < this.#answeredRemembered) return;
		this.#answeredRemembered = question;
		this.remembered = remembered;
	}

	/** Whether the key that was just given has taken the place of a remembered one. */
	async #askRemembered(): Promise<void> {
		const question = ++this.#question;
		this.#tell(question, await this.#api.rememberedKeys());
	}

	isRemembered(origin: string | null): boolean {
		return origin !== null && this.remembered.origins.includes(origin);
	}

	/** Whether the key that is held, or one that would be typed, is what this device remembers of this origin. */
	remembersHeld(origin: string | null): boolean {
		return this.isRemembered(origin) && this.rememberedInstead(origin) === null;
	}

	/** Which key this device remembers in the place of the one that is held for this origin; null: no other. */
	rememberedInstead(origin: string | null): 'earlier' | 'later' | null {
		if (origin === null || this.heldFor(origin) === null) return null;
		const { earlier, later } = this.remembered;
		return earlier.includes(origin) ? 'earlier' : later.includes(origin) ? 'later' : null;
	}

	/** The passphrase is asked for in the place of the key. */
	isLocked(origin: string | null): boolean {
		return (
			this.#isRememberedOnly(origin) &&
			!this.remembered.unlocked &&
			this.problemFor(origin) === null
		);
	}

	/** The passphrase has not opened it: what is stored of it is damaged. */
	isDamaged(origin: string | null): boolean {
		const isLeft = this.notForgotten !== null && this.notForgotten.origin === origin;
		return this.#isRememberedOnly(origin) && this.remembered.unlocked && !isLeft;
	}

	#isRememberedOnly(origin: string | null): boolean {
		return origin !== null && this.isRemembered(origin) && !this.#findsFor(origin);
	}

	/** Asks in a dialog; false where the person leaves it. */
	ask(question: KeyQuestion): Promise<boolean> {
		this.#answer(false);
		this.asked = question;
		return new Promise((resolve) => {
			this.#answer = resolve;
		});
	}

	/** The dialog has come to its end. */
	async answered(isDone: boolean): Promise<void> {
		this.asked = null;
		await this.load();
		this.#answer(isDone);
	}

	/**
	 * Asks for the passphrase where one of these keys is remembered and not unlocked. False: they are still locked, or what
	 * is typed for one of them is no key.
	 */
	async unlock(origins: readonly string[]): Promise<boolean> {
		if (origins.some((one) => this.problemFor(one) !== null)) return false;
		const origin = origins.find((one) => this.isLocked(one));
		return origin === undefined || this.ask({ kind: 'unlock', origin });
	}

	/** Remembers the key of this origin on this device, now or as soon as one is held. */
	async remember(origin: string): Promise<void> {
		this.wanted = origin;
		this.notRemembered = null;
		if (this.heldFor(origin) === null) return;
		const { origins, unlocked } = this.remembered;
		if (origins.length === 0) await this.ask({ kind: 'choose', origin });
		else if (unlocked || (await this.ask({ kind: 'unlock', origin }))) {
			const answer = await this.#api.rememberKey(origin, null);
			if (!answer.ok) this.notRemembered = origin;
		}
		this.wanted = null;
		await this.load();
	}

	async stopRemembering(origin: string): Promise<void> {
		this.wanted = null;
		if (this.remembered.origins.includes(origin))
			await this.#deleted(origin, this.#api.stopRemembering(origin));
	}

	type(text: string, origin: string | null): void {
		this.typed = text;
		this.#typedFor = origin;
	}

	heldFor(origin: string | null): HeldKey | null {
		return this.held.find((key) => key.origin === origin) ?? null;
	}

	/** Why what is typed can be no key; null where it may be one, or nothing is. */
	get typedProblem(): string | null {
		return keyProblem(this.typed);
	}

	/** Whether a request to this origin would find a key. What is typed for it goes before what is held, also where it is none. */
	hasFor(origin: string): boolean {
		return this.#findsFor(origin) && this.problemFor(origin) === null;
	}

	/** Why what is typed for this origin can be no key; null where it may be one, or nothing is. Nothing starts meanwhile. */
	problemFor(origin: string | null): string | null {
		return origin !== null && this.#isTypedFor(origin) ? this.typedProblem : null;
	}

	#findsFor(origin: string): boolean {
		return this.heldFor(origin) !== null || this.storing === origin || this.#isTypedFor(origin);
	}

	/**
	 * Gives the typed key to the worker. One that was typed for another origin is dropped instead; what can be no key stays
	 * where it was typed, with why.
	 */
	hold(origin: string): Promise<void> {
		if (this.problemFor(origin) !== null) return this.#queue;
		const key = keyIn(this.typed);
		const meant = this.#isTypedFor(origin);
		this.clear();
		return meant ? this.give(origin, key) : this.#queue;
	}

	/** Gives a key to the worker for exactly this origin. */
	give(origin: string, key: string): Promise<void> {
		this.storing = origin;
		const given = this.#queue.then(async () => {
			try {
				const held = await this.#api.holdKey(origin, key);
				this.#given = [...this.#given, { origin, after: this.#question }];
				this.held = [...this.held.filter((other) => other.origin !== origin), held];
				// What it cannot say now it says when it is asked again.
				if (this.isRemembered(origin)) void this.#askRemembered().catch(() => undefined);
				if (this.wanted === origin) void this.remember(origin);
			} finally {
				this.storing = null;
			}
		});
		// One that is refused keeps no other from being held.
		this.#queue = given.catch(() => undefined);
		return given;
	}

	/** Resolves once no key is on its way to the worker. */
	stored(): Promise<void> {
		return this.#queue;
	}

	async forget(origin: string): Promise<void> {
		this.wanted = null;
		await this.#deleted(origin, this.#api.forgetKey(origin));
	}

	/** Of a key that stays on the device it is told why. */
	async #deleted(origin: string, command: Promise<void>): Promise<void> {
		this.notForgotten = await command.then(
			() => null,
			(error: unknown) => ({
				origin,
				message: error instanceof Error ? error.message : String(error),
			}),
		);
		await this.load().catch((error: unknown) => {
			if (this.notForgotten === null) throw error;
		});
	}

	clear(): void {
		this.typed = '';
		this.#typedFor = null;
	}

	#isTypedFor(origin: string): boolean {
		const meant = this.#typedFor === null || this.#typedFor === origin;
		return meant && keyIn(this.typed) !== '';
	}
}
