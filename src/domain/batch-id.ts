import { canonicalJson } from './canonical-json.ts';
import type { DatasetMark } from './dataset.ts';
import type { RunSetup } from './run.ts';
import { textMark } from './text-hash.ts';

/** What tells the requests of one run, as it was planned, from those of all others. */
export interface BatchMark {
	readonly run: string;
	readonly plan: string;
}

export interface BatchPlace {
	readonly mark: BatchMark;
	/** The revision of the run that the request was exported under. */
	readonly revision: number;
	readonly request: number;
}

/** The same wherever the run has been taken as a file: it goes by where it was started. */
export function batchMark(runId: string, setup: RunSetup, data: DatasetMark | null): BatchMark {
	const { endpoint, templates, models, rowCount, rows, pairing, repeats } = setup;
	const { parameters, modelParameters, bindings, connection } = setup;
	const plan = [
		...[endpoint, templates, models, rowCount, rows, pairing, repeats],
		...[parameters, modelParameters, bindings, connection.baseUrl, data?.digest],
	];
	return {
		run: textMark(setup.cameFrom?.runId ?? runId),
		plan: textMark(canonicalJson(plan)),
	};
}

/** A few dozen characters: the API takes 64. */
export const customIdOf = ({ mark, revision, request }: BatchPlace): string =>
	`volley-${mark.run}-${mark.plan}-${String(revision)}-${String(request)}`;

const pattern = /^volley-([0-9a-f]{8})-([0-9a-f]{8})-(\d{1,6})-(\d{1,10})$/;

/** Null of an id that is not ours. */
export function readCustomId(text: string): BatchPlace | null {
	const match = pattern.exec(text);
	if (match === null) return null;
	const [, run = '', plan = '', revision, request] = match;
	return { mark: { run, plan }, revision: Number(revision), request: Number(request) };
}
