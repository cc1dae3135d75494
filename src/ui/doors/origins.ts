import { originOf } from '#domain/connection.ts';
import type { RunSetup } from '#domain/run.ts';
import { sharedSetups } from '#domain/shared-setup.ts';

/** Where the requests of a run go, each place once. */
export const originsOf = (setup: RunSetup): readonly string[] => [
	...new Set(sharedSetups(setup).map(({ connection }) => originOf(connection))),
];
