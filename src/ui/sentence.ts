/**
 * A sentence or a label with names in it that come from elsewhere. Signs that turn the direction of writing (U+202A to U+202E, U+2066 to
 * U+2069) would turn the words behind the name as well; names without any are as they were.
 */
export const sentence = (text: string): string => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
