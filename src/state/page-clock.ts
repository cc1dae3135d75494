/** Time as the page's state sees it; given, so that tests can turn it by hand. */
export interface PageClock {
	/** Epoch milliseconds. */
	readonly now: () => number;
	/** Calls back once, after `ms`; what it returns calls that off. */
	readonly after: (ms: number, callback: () => void) => () => void;
}

export const pageClock: PageClock = {
	now: () => Date.now(),
	after: (ms, callback) => {
		const timer = setTimeout(callback, ms);
		return () => {
			clearTimeout(timer);
		};
	},
};
