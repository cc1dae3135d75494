import { originOf } from '#domain/connection.ts';
import type { ModelNote } from '#domain/model-note.ts';
import type { Repair } from '#domain/repair.ts';
import type { RunSetup } from '#domain/run.ts';
import { sharedSetups } from '#domain/shared-setup.ts';
import type { Library } from '#storage/library.ts';

/** What earlier runs have learned of the models, at each connection of the run. */
export const notesOf = (
	library: Library,
	setup: RunSetup,
): Promise<readonly (readonly ModelNote[])[]> =>
	Promise.all(
		sharedSetups(setup).map(({ connection, models }) =>
			library.modelNotes(originOf(connection), models),
		),
	);

/** What earlier runs have learned that the models of this one refuse. */
export async function knownRepairs(library: Library, setup: RunSetup): Promise<readonly Repair[]> {
	const notes = await notesOf(library, setup);
	return sharedSetups(setup).flatMap(({ connection, connectionName }, i) =>
		connection.provider === 'demo'
			? []
			: (notes[i] ?? []).flatMap(({ origin, repairs }) =>
					repairs.map((repair) => (connectionName === null ? repair : { ...repair, origin })),
				),
	);
}
