import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Manifest {
	readonly id?: string;
	readonly start_url: string;
}
const { id, start_url }: Manifest = JSON.parse(
	readFileSync('public/manifest.webmanifest', 'utf8'),
) as Manifest;

/** Who the app is, by the rules of the manifest: an id is read from the origin on, not from the folder. */
function identityIn(folder: string): string {
	const start = new URL(start_url, new URL('manifest.webmanifest', folder));
	return id === undefined ? start.href : new URL(id, start.origin).href;
}

test.each(['https://host/', 'https://host/volley/', 'https://host/fork/'])(
	'installed from %s it is an app of its own',
	(folder) => {
		expect(identityIn(folder)).toBe(folder);
	},
);
