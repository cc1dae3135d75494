import { readFileSync } from 'node:fs';
import Papa from 'papaparse';

export interface Sample {
	readonly text: string;
	readonly columns: readonly string[];
	readonly rows: readonly Readonly<Record<string, string>>[];
	readonly errors: readonly unknown[];
}

export function readSample(name: string): Sample {
	const text = readFileSync(new URL(`../../public/samples/${name}`, import.meta.url), 'utf8');
	const { data, errors, meta } = Papa.parse<Record<string, string>>(text, {
		header: true,
		skipEmptyLines: true,
	});
	return { text, columns: meta.fields ?? [], rows: data, errors };
}

export const reviewsOf = (sample: Sample): readonly string[] =>
	sample.rows.map((row) => row['review'] ?? '');
