import { planSizeOf } from '#domain/run.ts';
import { plannedRequests } from '#domain/plan.ts';
import { listedOf } from '#domain/run-list.ts';
import { journalName, type JournalFolder } from './journal-folder.ts';
import type { RunRecord, SetupRecord } from './library-schema.ts';
import { journalLines } from './read-journal.ts';

/** The list's records of a run, from the first line of its journal; null where that cannot be read. */
export async function readHeader(
	journals: JournalFolder,
	id: string,
): Promise<{ readonly record: RunRecord; readonly setup: SetupRecord } | null> {
	const file = await journals.open(journalName(id));
	try {
		const first = journalLines(file, 0).next();
		if (first.done === true || first.value.entry.kind !== 'run') return null;
		const { createdAt, setup, data } = first.value.entry;
		const { name, datasetId } = setup;
		const record: RunRecord = {
			id,
			name,
			createdAt,
			updatedAt: createdAt,
			phase: { name: 'interrupted' },
			planned: plannedRequests(planSizeOf(setup)),
			succeeded: 0,
			failed: 0,
			datasetId,
			...listedOf(setup),
		};
		return { record, setup: { id, setup, data } };
	} finally {
		file.close();
	}
}
