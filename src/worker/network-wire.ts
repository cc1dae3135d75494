/** From the engine to what sends. */
export type ToNetwork =
	| {
			readonly kind: 'send';
			readonly id: number;
			readonly url: string;
			readonly init: SentInit;
	  }
	| { readonly kind: 'abort'; readonly id: number };

/** What of a request crosses: the rest of a RequestInit the engine does not use. */
export interface SentInit {
	readonly method: string;
	readonly headers: [string, string][];
	readonly body: string | null;
	readonly redirect: RequestRedirect;
	readonly credentials: RequestCredentials;
	readonly referrerPolicy: ReferrerPolicy;
}

/** And back, in this order for each request: one head, its body in pieces, its end; or, at any point, that it failed. */
export type FromNetwork = { readonly id: number } & (
	| {
			readonly kind: 'head';
			readonly status: number;
			readonly statusText: string;
			readonly headers: [string, string][];
	  }
	| { readonly kind: 'piece'; readonly bytes: Uint8Array<ArrayBuffer> }
	| { readonly kind: 'end' }
	| { readonly kind: 'failed'; readonly message: string }
);
