/** What of Trusted Types is used here; TypeScript's own library does not know them. */
interface TrustedTypes {
	/** As `srcdoc` takes it. */
	readonly emptyHTML: string;
	createPolicy: (
		name: string,
		rules: { readonly createScriptURL: (url: string) => string },
	) => { readonly createScriptURL: (url: string) => string };
}

/** What may be started as a worker: the addresses that were named below, once each, and no other. */
const named = new Set<string>();

const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };

const policy = trustedTypes?.createPolicy('volley-worker', {
	createScriptURL: (url) => {
		if (!named.delete(url)) throw new TypeError('This is no worker of Volley.');
		return url;
	},
});

/** A document with nothing in it. */
export const emptyHtml = trustedTypes?.emptyHTML ?? '';

/** The address of a worker's script, as the browser takes it under Trusted Types. */
export function trustedScript(url: string): string {
	if (policy === undefined) return url;
	named.add(url);
	return policy.createScriptURL(url);
}
