/** What is remembered on this device; null where nothing is, or the browser keeps nothing. */
export interface Remembered {
	readonly read: () => string | null;
	/** Null: nothing any more. */
	readonly write: (text: string | null) => void;
}

/** A word under this name in the browser's local storage. Where that is switched off or full, it is forgotten with the page. */
export const remembered = (name: string): Remembered => ({
	read: () => {
		try {
			return localStorage.getItem(name);
		} catch {
			return null;
		}
	},
	write: (text) => {
		try {
			if (text === null) localStorage.removeItem(name);
			else localStorage.setItem(name, text);
		} catch {
			// Nothing is kept here.
		}
	},
});
