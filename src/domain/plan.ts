/** How many of each are crossed. A run without data has one row, and it is empty. */
export interface PlanSize {
	readonly templates: number;
	readonly rows: number;
	readonly models: number;
}

/** What request k is made of; all from 0. */
export interface PlanPlace {
	readonly promptIndex: number;
	readonly rowIndex: number;
	readonly modelIndex: number;
}

export const plannedRequests = ({ templates, rows, models }: PlanSize): number =>
	templates * rows * models;

/** The calls that the requests travel in, so many together: only those of one model can. */
export const plannedCalls = (requests: number, models: number, perCall: number): number =>
	models === 0 ? 0 : Math.ceil(requests / models / perCall) * models;

/** Plan order: all rows of template 1, then all of template 2; for each row all models. Nothing is listed: place k is computed. */
export function placeOf(request: number, { rows, models }: PlanSize): PlanPlace {
	const modelIndex = request % models;
	const rest = (request - modelIndex) / models;
	const rowIndex = rest % rows;
	return { promptIndex: (rest - rowIndex) / rows, rowIndex, modelIndex };
}
