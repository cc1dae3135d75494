import type { Remembered } from './remembered.ts';

/** The browser's screen lock as far as it is used; a test gives its own. */
export interface ScreenLock {
	/** Rejects where the browser will not: a hidden page, a low battery, a policy. */
	readonly request: () => Promise<HeldScreen>;
}

export interface HeldScreen {
	readonly release: () => Promise<void>;
	/** Called once it is gone, whoever let go of it: the browser does when the page is hidden. */
	readonly onGone: (callBack: () => void) => void;
}

/** Keeps the screen awake while a run goes, where the browser can and the person has not switched it off. */
export class ScreenWake {
	readonly #lock: ScreenLock | null;
	readonly #remembered: Remembered;
	readonly possible: boolean;
	#wanted = $state.raw(true);
	held = $state.raw(false);
	#needed = false;
	#holding: HeldScreen | null = null;
	#asking = false;

	constructor(lock: ScreenLock | null, remembered: Remembered) {
		this.#lock = lock;
		this.#remembered = remembered;
		this.possible = lock !== null;
		this.#wanted = remembered.read() !== 'off';
	}

	get wanted(): boolean {
		return this.#wanted;
	}

	/** The person's choice, for all runs on this device. */
	choose(wanted: boolean): void {
		this.#wanted = wanted;
		this.#remembered.write(wanted ? 'on' : 'off');
		this.#settle();
	}

	/** Whether a run goes in this tab. */
	need(needed: boolean): void {
		this.#needed = needed;
		this.#settle();
	}

	/** The page is seen again: the browser let go of the screen when it was hidden. */
	seen(): void {
		this.#settle();
	}

	#settle(): void {
		if (this.#needed && this.#wanted) void this.#hold();
		else this.#letGo();
	}

	async #hold(): Promise<void> {
		if (this.#lock === null || this.#holding !== null || this.#asking) return;
		this.#asking = true;
		let screen: HeldScreen;
		try {
			screen = await this.#lock.request();
		} catch {
			// A screen that may sleep is no fault of the run: it goes on.
			return;
		} finally {
			this.#asking = false;
		}
		this.#holding = screen;
		this.held = true;
		screen.onGone(() => {
			if (this.#holding !== screen) return;
			this.#holding = null;
			this.held = false;
		});
		// The run may have ended while the browser was asked.
		this.#settle();
	}

	#letGo(): void {
		const screen = this.#holding;
		this.#holding = null;
		this.held = false;
		screen?.release().catch(() => undefined);
	}
}
