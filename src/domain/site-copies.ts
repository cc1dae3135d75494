/**
 * What the name of each kept version of a site begins with. Caches are shared by all sites of an origin, and there may be
 * several Volleys, so the site's folder stands in it.
 */
export const copiesOf = (scope: string): string => `volley-site ${scope} `;

/** The site whose copy has this name; null: its name does not say so. */
export const siteOfCopy = (name: string): string | null =>
	/^volley-site (\S+) /.exec(name)?.[1] ?? null;
