/** What of the page's surroundings decides whether an endpoint can be reached. */
export interface Here {
	readonly origin: string;
	/** Served over https. */
	readonly secure: boolean;
	/** As far as the browser knows: it is wrong often enough to be no more than a hint. */
	readonly offline: boolean;
}

export const here = (): Here => ({
	origin: location.origin,
	secure: location.protocol === 'https:',
	offline: !navigator.onLine,
});
