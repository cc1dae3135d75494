import type { DatasetMark } from './dataset.ts';
import { isJsonObject } from './json.ts';
import type { RunSetup } from './run.ts';

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

/** FNV-1a: it tells texts apart, and keeps no secret. */
function digest(text: string): string {
	let hash = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
	return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Whatever order the fields came in: a run that was taken as a file has another. */
const sorted = (_key: string, value: unknown): unknown =>
	isJsonObject(value)
		? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
		: value;

/** The same wherever the run has been taken as a file: it goes by where it was started. */
export function batchMark(runId: string, setup: RunSetup, data: DatasetMark | null): BatchMark {
	const { endpoint, templates, models, rowCount, rows, pairing, repeats } = setup;
	const { parameters, modelParameters, bindings, connection } = setup;
	const plan = [
		...[endpoint, templates, models, rowCount, rows, pairing, repeats],
		...[parameters, modelParameters, bindings, connection.baseUrl, data?.digest],
	];
	return {
		run: digest(setup.cameFrom?.runId ?? runId),
		plan: digest(JSON.stringify(plan, sorted)),
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
