import { rowParameters, type PlacedBinding } from '#domain/bindings.ts';
import { cellAt, columnPositions, type Column, type Row } from '#domain/dataset.ts';
import type { JsonObject } from '#domain/json.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { withoutTokenLimit } from '#domain/own-parameters.ts';
import { placeOf, type PlanPlace, type PlanSize } from '#domain/plan.ts';
import { compileTemplate, type CompiledTemplate, type Prompt } from '#domain/prompt.ts';
import { unpackItems, type ResultItem } from '#domain/result-item.ts';
import { planSizeOf, type RunSetup } from '#domain/run.ts';
import { termsOf, type RunRevision, type Terms } from '#domain/revision.ts';
import { modelArgs } from '#openai/request-body.ts';
import { Recent } from '#storage/recent.ts';
import type { PlanRows } from './plan-rows.ts';

export interface PlannedRequest {
	readonly place: PlanPlace;
	readonly id: string;
	readonly row: Row;
	readonly prompt: Prompt;
	readonly modelArgs: JsonObject;
}

/** Rows that send the same parameters mostly stand near each other. */
const keptRowArgs = 256;

/** The requests of a run, each computed from its number: nothing is listed. */
export class RunPlan {
	readonly size: PlanSize;
	readonly columns: readonly Column[];
	readonly #setup: RunSetup;
	readonly #templates: readonly CompiledTemplate[];
	readonly #revisions: () => readonly RunRevision[];
	/** By revision, then model; each is made when it is first needed. */
	readonly #modelArgs = new Map<number, readonly JsonObject[]>();
	/** By revision, model and what the row brings. */
	readonly #rowArgs = new Recent<string, JsonObject>(keptRowArgs);
	readonly #bindings: readonly PlacedBinding[];
	readonly #rows: PlanRows | null;
	readonly #idPosition: number;
	readonly #readRow: (row: number) => Promise<Row>;

	/**
	 * `readRow` is not called for a run without data: its one row is empty. `revisions` are those there are by now: they
	 * only grow. `rows`: which rows of the data those of the plan are; null: all of them.
	 */
	constructor(
		setup: RunSetup,
		columns: readonly Column[],
		readRow: (row: number) => Promise<Row>,
		revisions: () => readonly RunRevision[] = () => [],
		rows: PlanRows | null = null,
	) {
		this.size = planSizeOf(setup);
		this.columns = columns;
		this.#setup = setup;
		this.#templates = setup.templates.map((template) => compileTemplate(template, columns));
		this.#revisions = revisions;
		this.#idPosition = columns.findIndex(({ name }) => name === setup.idColumn);
		this.#readRow = readRow;
		this.#rows = rows;
		const positions = columnPositions(columns);
		this.#bindings = (setup.bindings ?? []).flatMap(({ column, parameter }) => {
			const position = positions.get(column);
			return position === undefined ? [] : [{ parameter, position }];
		});
	}

	/** With the number of the row in the data, and the model that the row names where each names its own. */
	place(request: number): PlanPlace {
		const place = placeOf(request, this.size);
		if (this.#rows === null) return place;
		const { rows, models } = this.#rows;
		return {
			...place,
			rowIndex: rows.rowAt(place.rowIndex),
			modelIndex: models?.[place.rowIndex] ?? place.modelIndex,
		};
	}

	/** Of two requests to one model: equal only where they send the same parameters. */
	argsKey(request: number): number {
		return this.#rows?.keys?.[placeOf(request, this.size).rowIndex] ?? 0;
	}

	model(place: PlanPlace): string {
		return this.#setup.models[place.modelIndex] ?? '';
	}

	row(place: PlanPlace): Promise<Row> {
		const isKnown = this.#setup.datasetId !== null && place.rowIndex >= 0;
		return isKnown ? this.#readRow(place.rowIndex) : Promise.resolve([]);
	}

	/** The ID column's text, else the row's number from 0; empty where that is not known any more. */
	id(place: PlanPlace, row: Row): string {
		if (place.rowIndex < 0) return '';
		return this.#idPosition === -1 ? String(place.rowIndex) : cellAt(row, this.#idPosition);
	}

	/** The number of the revision that requests are sent under now. */
	get revision(): number {
		return this.#revisions().length;
	}

	terms(revision: number): Terms {
		return termsOf(this.#setup, this.#revisions(), revision);
	}

	async planned(request: number, revision: number): Promise<PlannedRequest> {
		const place = this.place(request);
		const row = await this.row(place);
		return {
			place,
			id: this.id(place, row),
			row,
			prompt: this.#template(place).render(row),
			modelArgs: this.#argsOf(request, place, row, revision),
		};
	}

	/** The items of the results file for one settled request. */
	async items(settled: SettledRequest): Promise<ResultItem[]> {
		const planned = await this.planned(settled.request, settled.revision ?? 0);
		const { template, variables } = this.#template(planned.place);
		const { outcome, attempts, startedAt, latencyMs } = settled;
		return unpackItems({
			...planned,
			template,
			variables,
			columns: this.columns,
			attempts,
			startedAt,
			latencyMs,
			completion: outcome.ok ? outcome.value : null,
			failure: outcome.ok ? null : outcome.error,
		});
	}

	#argsOf(request: number, place: PlanPlace, row: Row, revision: number): JsonObject {
		if (this.#bindings.length === 0) return this.#argsUnder(revision)[place.modelIndex] ?? {};
		const make = (): JsonObject =>
			this.#make(place.modelIndex, revision, rowParameters(this.#bindings, row));
		if ((this.#rows?.keys ?? null) === null) return make();
		const key = `${String(revision)} ${String(place.modelIndex)} ${String(this.argsKey(request))}`;
		const args = this.#rowArgs.get(key) ?? make();
		this.#rowArgs.set(key, args);
		return args;
	}

	#argsUnder(revision: number): readonly JsonObject[] {
		const known = this.#modelArgs.get(revision);
		if (known !== undefined) return known;
		const args = this.#setup.models.map((_, modelIndex) => this.#make(modelIndex, revision, {}));
		this.#modelArgs.set(revision, args);
		return args;
	}

	/** What all are sent, in its place what the model has of its own, and in the place of both what the row has. */
	#make(modelIndex: number, revision: number, ofRow: JsonObject): JsonObject {
		const { connection, endpoint, models, modelParameters } = this.#setup;
		const kind = endpoint === 'completions' ? 'completion' : 'chat';
		const own = [modelParameters?.[modelIndex] ?? {}, ofRow];
		// A limit that was raised since is that of every row.
		const isRaised = this.#revisions()[revision - 1]?.maxTokens !== undefined;
		return modelArgs(
			connection,
			kind,
			models[modelIndex] ?? '',
			this.terms(revision),
			isRaised ? own.map(withoutTokenLimit) : own,
		);
	}

	#template(place: PlanPlace): CompiledTemplate {
		const template = this.#templates[place.promptIndex];
		if (template === undefined) throw new Error(`No template ${String(place.promptIndex)}`);
		return template;
	}
}
