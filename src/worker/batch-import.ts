import type { BatchImport } from '#contract/engine-api.ts';
import { batchMark, customIdOf, readCustomId, type BatchMark } from '#domain/batch-id.ts';
import type { DatasetMark } from '#domain/dataset.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { readJson } from '#domain/read-json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { readBatchLine } from '#openai/read-batch-line.ts';
import type { Redactor } from '#openai/redact.ts';
import { DamagedFile, fileLines, type FileLine } from '#tabular/file-lines.ts';
import type { Walk } from './door.ts';
import type { RunView } from './runs.ts';
import { SettledInflow } from './settled-inflow.ts';

/** An answer with all its choices. */
const longestLine = 256_000_000;
/** Looked up in the store together; of long lines fewer. */
const mostAtOnce = 500;
const mostCharacters = 4_000_000;
/** Named of those that are unknown, and of those that are missing. */
const mostNamed = 20;

interface Found {
	readonly settled: SettledRequest;
	readonly characters: number;
}

/** Fills in what the Batch API gave back for what waits of a run. Done twice it changes nothing. */
export async function importBatch(
	{ run, store }: RunView,
	data: DatasetMark | null,
	files: readonly File[],
	now: () => number,
	redactor: Redactor,
	{ signal, progress }: Walk,
): Promise<Result<BatchImport, readonly string[]>> {
	const { id, setup } = run;
	const mark = batchMark(id, setup, data);
	const inflow = new SettledInflow(store);
	const sum = { succeeded: 0, failed: 0, duplicates: 0, unknown: 0, ours: 0 };
	const unknownIds: string[] = [];
	const isUnknown = (named: string): void => {
		sum.unknown++;
		if (unknownIds.length < mostNamed) unknownIds.push(named.slice(0, 100));
	};
	/** Why a file could not be read to its end. */
	const damage: string[] = [];
	let found: Found[] = [];
	let characters = 0;
	const storeFound = async (): Promise<void> => {
		const those = found;
		found = [];
		characters = 0;
		// One of before the request was asked for again answers nothing that waits.
		const wanted = new Set(await store.wantedAmong(those.map(({ settled }) => settled)));
		const taken = new Set<number>();
		for (const one of those) {
			const { request, outcome } = one.settled;
			if (!wanted.has(one.settled) || taken.has(request)) sum.duplicates++;
			else {
				taken.add(request);
				if (outcome.ok) sum.succeeded++;
				else sum.failed++;
				await inflow.add(one.settled, one.characters);
			}
		}
		// The next look must see them.
		await inflow.idle();
	};

	const bytesOf = files.map(({ size }) => size);
	const total = bytesOf.reduce((all, size) => all + size, 0);
	let bytesBefore = 0;
	try {
		for (const [i, file] of files.entries()) {
			const before = bytesBefore;
			const onBytes = (bytes: number): void => {
				progress(before + bytes, total);
			};
			const lines = fileLines(file, { longest: longestLine, signal, onBytes });
			for await (const { text, number } of wholeLines(lines, (why) => {
				damage.push(`${file.name}: ${why}`);
			})) {
				const parsed = readJson(text, true);
				const line = parsed.ok ? readBatchLine(parsed.value, setup.endpoint, redactor) : null;
				if (line === null) {
					isUnknown(`${file.name}, line ${String(number)}: no output of the Batch API`);
					continue;
				}
				const place = readCustomId(line.customId);
				if (
					place === null ||
					!isSame(place.mark, mark) ||
					place.request >= store.counters.planned ||
					place.revision > store.revisions.length
				) {
					isUnknown(line.customId);
					continue;
				}
				sum.ours++;
				if (line.outcome === null) continue;
				const { request, revision } = place;
				const settled: SettledRequest = {
					...{ request, outcome: line.outcome, attempts: 1 },
					startedAt: line.createdAt ?? now(),
					// How long it took nobody says.
					latencyMs: 0,
					...(revision === 0 ? {} : { revision }),
				};
				found.push({ settled, characters: text.length });
				characters += text.length;
				if (found.length >= mostAtOnce || characters >= mostCharacters) await storeFound();
			}
			bytesBefore += bytesOf[i] ?? 0;
		}
		await storeFound();
	} finally {
		await inflow.settled();
	}
	// What stands before the damage was paid for, and is kept.
	for (const why of damage) isUnknown(why);
	if (sum.ours === 0 && damage.length > 0) return err(damage);
	if (sum.ours === 0)
		return err([
			'None of its lines belongs to this run: they are of another run, or of other prompts, rows or parameters.',
			...unknownIds.slice(0, 3),
		]);
	const missingIds: string[] = [];
	let missing = 0;
	for await (const request of store.waiting(0)) {
		missing++;
		if (missingIds.length < mostNamed)
			missingIds.push(customIdOf({ mark, revision: store.revisions.length, request }));
	}
	const { succeeded, failed, duplicates, unknown } = sum;
	return ok({
		...{ runId: id, name: setup.name, succeeded, failed, duplicates },
		...{ unknown, unknownIds, missing, missingIds },
	});
}

/** The lines up to where the file is damaged, if it is. */
async function* wholeLines(
	lines: AsyncIterable<FileLine>,
	onDamage: (why: string) => void,
): AsyncGenerator<FileLine> {
	try {
		yield* lines;
	} catch (cause) {
		if (!(cause instanceof DamagedFile)) throw cause;
		onDamage(cause.message);
	}
}

const isSame = (a: BatchMark, b: BatchMark): boolean => a.run === b.run && a.plan === b.plan;
