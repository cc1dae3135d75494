import { expect, test } from 'vitest';
import { mayBeCleared } from '#ui/shell/storage-words.ts';

test.each([
	['Apple Computer, Inc.', 'after seven days without a visit'],
	['Google Inc.', 'when the disk is full'],
	// Firefox names nobody.
	['', 'when the disk is full'],
])('a browser of “%s” is told what it does: %s', (vendor, words) => {
	expect(mayBeCleared(vendor)).toContain(words);
});
