/**
 * `quota`: the disk share is used up. `closed`: the database is gone, deleted or held by a newer version. `lost`: the browser
 * has emptied it. `fenced`: another worker has taken the run up.
 */
export type StorageErrorKind = 'quota' | 'closed' | 'lost' | 'fenced' | 'other';

/** The one error this room rejects with. Its message begins with the browser's own name for what went wrong. */
export class StorageError extends Error {
	override readonly name = 'StorageError';
	readonly kind: StorageErrorKind;

	constructor(kind: StorageErrorKind, message: string, cause?: unknown) {
		super(message, { cause });
		this.kind = kind;
	}
}

const kinds: ReadonlyMap<string, StorageErrorKind> = new Map([
	['QuotaExceededError', 'quota'],
	['InvalidStateError', 'closed'],
	['VersionError', 'closed'],
]);

export function toStorageError(cause: unknown): StorageError {
	if (cause instanceof StorageError) return cause;
	if (!(cause instanceof Error)) return new StorageError('other', String(cause), cause);
	const text = cause.message === '' ? cause.name : `${cause.name}: ${cause.message}`;
	return new StorageError(kinds.get(cause.name) ?? 'other', text, cause);
}
