import type { Connection } from '#domain/connection.ts';
import type { ConnectionTest } from '#domain/model-list.ts';
import { presetOf } from '#domain/presets.ts';
import { formatCounted } from '../format.ts';

/** The verdict of a test in a few words, to stand in one line. */
export function verdictWords(result: ConnectionTest, connection: Connection): string {
	switch (result.kind) {
		case 'models':
			return workingWords(formatCounted(result.models.length, 'model'), connection);
		case 'noList':
			return result.isApi ? 'Answers, but lists no models' : 'No API at this address';
		case 'webPage':
			return 'A web page, not an API';
		case 'failed':
			return failedWords(result.failure.kind, result.failure.status);
	}
}

function workingWords(models: string, connection: Connection): string {
	// What Azure lists could be deployed; what is deployed it does not tell.
	if (connection.provider === 'azure') return 'Works';
	const isProven = presetOf(connection)?.listing?.provesKey !== false;
	return `${isProven ? 'Works' : 'Reached'}: ${models}`;
}

function failedWords(kind: string, status: number | null): string {
	if (kind === 'unauthorized') return `Key not accepted (${String(status)})`;
	if (kind === 'forbidden') return `Key not allowed (${String(status)})`;
	if (kind === 'timeout') return 'No answer in time';
	return status === null ? 'Not reached' : `Refused (${String(status)})`;
}
