/** A copy of text that is kept: what is cut out of a slice of a file would keep the whole slice in memory. */
export const ownText = (text: string): string => [...text].join('');
