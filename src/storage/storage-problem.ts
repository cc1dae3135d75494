/** Something about a database that no caller is waiting to hear; told to the composer through `onProblem`. */
export interface StorageProblem {
	readonly kind:
		/** Another tab holds the database open: what was asked waits until it is closed there. */
		| 'blocked'
		/** Another tab has brought or wants a newer version: the connection was closed for it. */
		| 'outdated'
		/** The browser closed the connection by itself. */
		| 'terminated'
		/** Work behind the scenes (a list row, a deletion) failed; it is taken up again later. */
		| 'failed';
	readonly database: string;
	readonly message: string;
}

export type OnProblem = (problem: StorageProblem) => void;
