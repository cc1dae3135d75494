import { checkConnection } from './check-connection.ts';
import { originOf } from './connection.ts';
import type { Draft } from './draft.ts';
import type { Hint } from './problem.ts';

/** A key is bound to its origin, so connections that go to one origin cannot have a key each: said at the later ones. */
export function checkShareKeys(draft: Draft, hints: Hint[]): void {
	const origins = [draft, ...(draft.shares ?? [])].map((fields) => {
		const connection = checkConnection(fields, []);
		return connection === null || connection.provider === 'demo' ? null : originOf(connection);
	});
	origins.forEach((origin, index) => {
		const before = origins.flatMap((other, i) => (i < index && other === origin ? [i + 1] : []));
		if (origin === null || before.length === 0) return;
		const [first = 1] = before;
		const message =
			before.length === 1
				? `Connection ${String(first)} goes to ${origin} too: one key for both.`
				: `Connections ${before.slice(0, -1).join(', ')} and ${String(before.at(-1))} go to ${origin} too: one key for all of them.`;
		hints.push({ field: 'shareApiKey', index, message });
	});
}
