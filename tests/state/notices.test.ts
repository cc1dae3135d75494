import { expect, test } from 'vitest';
import { NoticesState } from '#state/notices.svelte.ts';

test('each notice is shown once, until it is dismissed', () => {
	const notices = new NoticesState();
	notices.report(new Error('broke'));
	notices.report(new Error('broke'));
	notices.report({});
	notices.tell('Another tab holds the database open.');
	expect(notices.shown).toEqual([
		{ kind: 'fault', message: 'broke' },
		{ kind: 'fault', message: 'unknown fault' },
		{ kind: 'store', message: 'Another tab holds the database open.' },
	]);
	const [first] = notices.shown;
	if (first !== undefined) notices.dismiss(first);
	expect(notices.shown.map(({ message }) => message)).not.toContain('broke');
});
