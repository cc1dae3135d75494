/** How many of each are crossed. A run without data has one row, and it is empty. */
export interface PlanSize {
	readonly templates: number;
	readonly rows: number;
	readonly models: number;
	/** How often each request is sent; left out: once. */
	readonly repeats?: number;
	/** Template i goes with row i alone, so there are as many of the one as of the other; left out: every one with every row. */
	readonly paired?: boolean;
}

/** What request k is made of; all from 0. */
export interface PlanPlace {
	readonly promptIndex: number;
	/** In the plan, among the rows chosen; in a `RunPlan` and in results, among those of the data. */
	readonly rowIndex: number;
	readonly modelIndex: number;
	/** Left out: 0. */
	readonly repeat?: number;
}

export const plannedRequests = ({
	templates,
	rows,
	models,
	repeats = 1,
	paired = false,
}: PlanSize): number => (paired ? 1 : templates) * rows * models * repeats;

/** The calls that the requests travel in, so many together: only those of one model can, of which each has equally many. */
export const plannedCalls = (requests: number, models: number, perCall: number): number =>
	models === 0 ? 0 : Math.ceil(requests / models / perCall) * models;

/** The number of the request at a place of the plan, of its first repeat: the other way round than `placeOf`. */
export const requestAt = (
	place: PlanPlace,
	{ rows, models, repeats = 1, paired = false }: PlanSize,
): number =>
	(((paired ? 0 : place.promptIndex) * rows + place.rowIndex) * models + place.modelIndex) *
		repeats +
	(place.repeat ?? 0);

/**
 * Plan order: all rows of template 1, then all of template 2; for each row all models, and for each model its repeats.
 * Nothing is listed: place k is computed.
 */
export function placeOf(
	request: number,
	{ rows, models, repeats = 1, paired = false }: PlanSize,
): PlanPlace {
	const repeat = request % repeats;
	const unrepeated = (request - repeat) / repeats;
	const modelIndex = unrepeated % models;
	const rest = (unrepeated - modelIndex) / models;
	const rowIndex = rest % rows;
	const promptIndex = paired ? rowIndex : (rest - rowIndex) / rows;
	const place = { promptIndex, rowIndex, modelIndex };
	return repeats === 1 ? place : { ...place, repeat };
}
