import type { Failure } from './failure.ts';

/** A model as its endpoint lists it; null is what it does not say. */
export interface ListedModel {
	readonly id: string;
	readonly ownedBy: string | null;
	/** In tokens. */
	readonly contextWindow: number | null;
	/** From when on it answers no more: `2026-12-11`. */
	readonly shutdownDate: string | null;
}

/** What came of asking an endpoint for its models, which costs nothing. */
export type ConnectionTest =
	| { readonly kind: 'models'; readonly models: readonly ListedModel[] }
	/** Something answers there, but with no list: `isApi` where it is JSON, as an API speaks. */
	| { readonly kind: 'noList'; readonly status: number; readonly isApi: boolean }
	/** A page for people. */
	| { readonly kind: 'webPage'; readonly status: number; readonly title: string }
	| { readonly kind: 'failed'; readonly failure: Failure };

/** What to say of a model that is to end or has ended; null of every other. `today` as `2026-11-21`. */
export function shutdownHint({ shutdownDate }: ListedModel, today: string): string | null {
	if (shutdownDate === null) return null;
	return shutdownDate <= today
		? `was shut down on ${shutdownDate}`
		: `shuts down on ${shutdownDate}`;
}
