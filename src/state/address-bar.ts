/** The part of the browser's address that names the page; given, so that tests can type in it. */
export interface AddressBar {
	readonly hash: () => string;
	/** Goes there, so that Back leads here again. */
	readonly push: (hash: string) => void;
	/** Corrects the present entry: Back does not lead here again. */
	readonly replace: (hash: string) => void;
	/** Calls back after every change of the hash, ours or the person's; what it returns ends that. */
	readonly watch: (changed: () => void) => () => void;
}

export const addressBar: AddressBar = {
	hash: () => location.hash,
	push: (hash) => {
		location.hash = hash;
	},
	replace: (hash) => {
		history.replaceState(history.state, '', hash);
	},
	watch: (changed) => {
		addEventListener('hashchange', changed);
		return () => {
			removeEventListener('hashchange', changed);
		};
	},
};
