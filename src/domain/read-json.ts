import { notJson } from './json-fault.ts';
import { endOfText } from './json-text.ts';
import { err, ok, type Result } from './result.ts';

/** Shorter text cannot hold enough to harm. */
const shortText = 65_536;
/** Brackets within brackets. A file of ours that holds the deepest object that is taken stays below. */
const mostLevels = 250;
/** Objects, lists and named values: each takes up to a hundred times the memory of the two or three characters that write it. */
const mostParts = 4_000_000;

/**
 * The value of a text from outside. A long one is looked through first: 100 MB of brackets would take gigabytes and half a
 * minute as a value. The error goes on a sentence that begins with what it is, without its full stop.
 */
export function readJson(source: string, isOneLine = false): Result<unknown, string> {
	const excess = source.length > shortText ? excessOf(source) : null;
	if (excess !== null) return err(excess);
	try {
		return ok(JSON.parse(source) as unknown);
	} catch {
		return err(notJson(source, isOneLine));
	}
}

/** Null where it may be parsed. What is no JSON at all is told by who parses it. */
function excessOf(source: string): string | null {
	let levels = 0;
	let parts = 0;
	for (let at = 0; at < source.length; at++) {
		switch (source.charCodeAt(at)) {
			case 0x22:
				at = endOfText(source, at + 1);
				if (at === -1) return null;
				break;
			case 0x5b:
			case 0x7b:
				if (++levels > mostLevels) return `is nested more than ${String(mostLevels)} levels deep`;
				parts++;
				break;
			case 0x5d:
			case 0x7d:
				levels--;
				break;
			case 0x3a:
				parts++;
		}
		if (parts > mostParts)
			return `holds more than ${mostParts.toLocaleString('en')} objects, lists and named values`;
	}
	return null;
}
