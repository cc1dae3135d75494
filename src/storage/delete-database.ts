import { toStorageError } from './storage-error.ts';
import type { OnProblem } from './storage-problem.ts';

/**
 * Resolves when the database is gone, and also when that has to wait for another tab: a deletion must never hang.
 * `onGone` is called when it is gone, then or later.
 */
export function deleteDatabase(
	factory: IDBFactory,
	name: string,
	onProblem: OnProblem,
	onGone: () => Promise<void>,
): Promise<void> {
	return new Promise((resolve) => {
		const fail = (cause: unknown): void => {
			onProblem({ kind: 'failed', database: name, message: toStorageError(cause).message });
			resolve();
		};
		const request = factory.deleteDatabase(name);
		request.addEventListener('success', () => {
			onGone().then(resolve, fail);
		});
		request.addEventListener('error', () => {
			fail(request.error);
		});
		request.addEventListener('blocked', () => {
			const message = 'Another tab holds it open; it is deleted once that tab lets go.';
			onProblem({ kind: 'blocked', database: name, message });
			resolve();
		});
	});
}
