import { emptyHtml } from './trusted-types.ts';

export interface ConfinedRealm {
	readonly realm: typeof globalThis;
	/** Ends it and whatever was started in it. */
	readonly remove: () => void;
}

/**
 * A window whose policy lets nothing leave but to these origins and the page's own host, and so do those of the workers
 * started in it: the page's own policy has to be wider until it is known where a run goes. Where a browser lets nobody into
 * such a window, it is the page's.
 */
export async function confinedRealm(origins: readonly string[]): Promise<ConfinedRealm> {
	// Firefox takes the 'self' of the policy that such a window inherits for that window's own address, which is none: no script
	// could be loaded in it.
	if (CSS.supports('-moz-appearance', 'none'))
		return { realm: globalThis, remove: () => undefined };
	const frame = document.createElement('iframe');
	frame.hidden = true;
	// The service worker of the page answers for a `srcdoc`, though it is empty, and for no window that begins without one.
	frame.srcdoc = emptyHtml;
	const remove = (): void => {
		frame.remove();
	};
	try {
		await new Promise((resolve) => {
			frame.addEventListener('load', resolve, { once: true });
			document.body.append(frame);
		});
		const realm = frame.contentWindow;
		if (realm === null) throw new Error('The frame is gone.');
		restrict(realm.document, origins);
		// A window has all that is global in it.
		return { realm: realm as unknown as typeof globalThis, remove };
	} catch {
		remove();
		return { realm: globalThis, remove };
	}
}

/**
 * One policy more for this document, and for what it starts from now on: the browser heeds the narrowest of all. It repeats
 * the page's own, which development has none of: hints such as `prefetch` are refused only where no directive allows them.
 */
export function restrict(target: Document, origins: readonly string[]): void {
	const whole = document.head.querySelector<HTMLMetaElement>('meta[http-equiv]')?.content ?? '';
	const others = whole.split('; ').filter((directive) => !directive.startsWith('connect-src'));
	const meta = target.createElement('meta');
	meta.httpEquiv = 'Content-Security-Policy';
	meta.content = [...others, ["connect-src 'self'", ...origins].join(' ')].join('; ');
	target.head.append(meta);
}
