/**
 * What may become of what is stored and not promised to be kept. Safari, and every browser on iOS, deletes what a site has
 * written after seven days of use in which it was not visited (webkit.org/blog/14403).
 */
export const mayBeCleared = (vendor: string): string =>
	vendor.startsWith('Apple')
		? 'Safari deletes all of it after seven days without a visit, unless Volley is added to the Home Screen or the Dock. Download what you want to keep.'
		: 'The browser may clear it when the disk is full.';
