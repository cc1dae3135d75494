import { checkConnection } from '#domain/check-connection.ts';
import type { ConnectionFields } from '#domain/connection-fields.ts';
import { originOf } from '#domain/connection.ts';

/** The origin that the draft's requests would go to; null while its address is none. */
export function draftOrigin(draft: ConnectionFields): string | null {
	// A version that is none changes nothing of where a key belongs.
	const connection = checkConnection({ ...draft, apiVersion: '' }, []);
	return connection === null ? null : originOf(connection);
}
