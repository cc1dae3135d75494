/** What of Trusted Types is used here; TypeScript's own library does not know them. */
interface TrustedTypes {
	createPolicy: (
		name: string,
		rules: { readonly createScriptURL: (url: string) => string },
	) => { readonly createScriptURL: (url: string) => string };
}

/** What may be started as a worker: the addresses that were named below, once each, and no other. */
const named = new Set<string>();

const policy = (globalThis as { readonly trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy(
	'volley-worker',
	{
		createScriptURL: (url) => {
			if (!named.delete(url)) throw new TypeError('This is no worker of Volley.');
			return url;
		},
	},
);

/** The address of a worker's script, as the browser takes it under Trusted Types. */
export function trustedScript(url: string): string {
	if (policy === undefined) return url;
	named.add(url);
	return policy.createScriptURL(url);
}
