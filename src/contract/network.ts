/** What has left the page, and what was kept from leaving. */
export interface NetworkUse {
	/** The origins that this tab can reach until it is reloaded; null: no run has sent anything from it. */
	readonly lockedTo: readonly string[] | null;
	/** Requests that left since then, each to one of those. */
	readonly sent: number;
	/** Attempts to reach anything else, by whatever code, that the browser refused. */
	readonly blocked: number;
	/** Where the last of those would have gone. */
	readonly blockedAt: string | null;
}

export interface OpenedNetwork {
	readonly lockedTo: readonly string[];
	/** To what sends. */
	readonly port: MessagePort;
}

/** What the page does for the worker, which itself can reach nothing but the page's own host. */
export interface NetworkGate {
	/**
	 * Locks the tab to these origins and the others that the person has configured, where it is not locked yet, and starts
	 * what sends. Null: it could not be loaded.
	 */
	open(origins: readonly string[]): Promise<OpenedNetwork | null>;
	/** What sends to this origin alone, while the tab is not locked. Null: it could not be loaded. */
	probe(origin: string): Promise<MessagePort | null>;
	/** The worker's own policy has refused something. */
	blocked(where: string): Promise<void>;
}

/** What sends tells the page. */
export type NetworkNews =
	| { readonly kind: 'sent'; readonly count: number }
	| { readonly kind: 'blocked'; readonly where: string };
