import { expect, test } from 'vitest';
import { asOfWords } from '#ui/run/summary/as-of-words.ts';

test.each([
	[8, 8, null],
	[1000, 1200, 'The pictures are as of 1,000 of 1,200 settled requests.'],
	[8, 7, 'The pictures still count 1 request that is being asked for again.'],
	[8, 6, 'The pictures still count 2 requests that are being asked for again.'],
])('pictures of %i requests where %i have settled: %s', (counted, settled, words) => {
	expect(asOfWords(counted, settled)).toBe(words);
});
