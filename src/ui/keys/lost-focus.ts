const keyFields = 'input[type="password"]';
const anything = 'button:not(:disabled), input:not(:disabled)';

/**
 * To be called where the focus stands before a dialog opens. What it gives back goes, once the dialog has closed, to the
 * key field beside that place, or to the next command there, where the place itself is gone with what was done.
 */
export function keepPlace(): () => void {
	const places: Element[] = [];
	for (let at = document.activeElement; at !== null; at = at.parentElement) places.push(at);
	return () => {
		const active = document.activeElement;
		if (active !== null && active !== document.body) return;
		const left = places.filter((place) => place.isConnected && !place.contains(document.body));
		for (const wanted of [keyFields, anything])
			for (const place of left) {
				const found = place.querySelector<HTMLElement>(wanted);
				found?.focus();
				if (found !== null && document.activeElement === found) return;
			}
	};
}
