import { expect, test } from 'vitest';
import { shutdownHint } from '#domain/model-list.ts';

test.each([
	[null, null],
	['2026-12-11', 'shuts down on 2026-12-11'],
	['2026-11-21', 'was shut down on 2026-11-21'],
	['2025-01-01', 'was shut down on 2025-01-01'],
])('of a model that ends on %s it is said on 2026-11-21: %s', (shutdownDate, hint) => {
	const model = { id: 'm', ownedBy: null, contextWindow: null, shutdownDate };
	expect(shutdownHint(model, '2026-11-21')).toBe(hint);
});
