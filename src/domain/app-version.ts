/** Tells a new version that waits to take over now: someone has asked for it. */
export const takeOverMessage = 'volley-take-over';

/** Tells the version that is in use that a page of the site has opened. */
export const openedMessage = 'volley-opened';

/** The versions of the site, as the page hears of them. */
export interface SiteUpdates {
	/** Called once a new version is here and waits, also where it has waited before. */
	readonly onReady: (listener: () => void) => void;
	/** Loads this page anew, with the new version. */
	readonly takeOver: () => void;
}
