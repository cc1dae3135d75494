/** What is remembered; null where nothing is, or the browser keeps nothing. */
export interface Remembered {
	readonly read: () => string | null;
	/** Null: nothing any more. */
	readonly write: (text: string | null) => void;
}

/** It may throw where it is switched off. */
const storageOf = (of: 'device' | 'tab'): Storage =>
	of === 'device' ? localStorage : sessionStorage;

/** A word under this name, on this device or in this tab. Where storage is switched off or full, it is forgotten with the page. */
export const remembered = (name: string, of: 'device' | 'tab' = 'device'): Remembered => ({
	read: () => {
		try {
			return storageOf(of).getItem(name);
		} catch {
			return null;
		}
	},
	write: (text) => {
		try {
			if (text === null) storageOf(of).removeItem(name);
			else storageOf(of).setItem(name, text);
		} catch {
			// Nothing is kept here.
		}
	},
});
