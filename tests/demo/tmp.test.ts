import { readFileSync } from 'node:fs';
import Papa from 'papaparse';
import { test, expect } from 'vitest';
import { sentimentOf, starsOf } from '#demo/sentiment.ts';
test('x', () => {
	const { data } = Papa.parse<Record<string, string>>(readFileSync('public/samples/coffee-reviews.csv', 'utf8'), { header: true, skipEmptyLines: true });
	for (const r of data) {
		const s = sentimentOf(r['review'] ?? '');
		const st = Number(r['stars']);
		const flag = (st >= 4 && s <= 0) || (st <= 2 && s >= 0) ? 'XX' : st === 3 ? '~~' : '  ';
		console.log(flag, st, starsOf(s), s.toFixed(1), (r['review'] ?? '').slice(0, 90).replace(/\n/g, ' '));
	}
	const c = Papa.parse<Record<string, string>>(readFileSync('public/samples/compare-reviews.csv', 'utf8'), { header: true, skipEmptyLines: true });
	for (const r of c.data) console.log(sentimentOf(r['first_review'] ?? '').toFixed(1), sentimentOf(r['second_review'] ?? '').toFixed(1), (r['first_review']??'').slice(0,50));
	const seed = readFileSync('/work/shared/seeds/000_190dad602d4f9d6b.txt', 'utf8');
	for (const m of seed.matchAll(/_review(?:_\d)? = "([^"]+)"/g)) console.log(sentimentOf(m[1] ?? ''));
	expect(1).toBe(1);
});
