/** The build writes it. */
declare const __VOLLEY_VERSION__: string;

/** Of the package, and the commit that it was built from where that is known. */
export const version = __VOLLEY_VERSION__;
