import { rowParameters, type PlacedBinding } from '#domain/bound-value.ts';
import { dealOut, partsOf } from '#domain/connection-share.ts';
import { cellAt, columnPositions, type Column, type Row } from '#domain/dataset.ts';
import type { JsonObject } from '#domain/json.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { placeOf, type PlanPlace, type PlanSize } from '#domain/plan.ts';
import { compileTemplate, type CompiledTemplate, type Prompt } from '#domain/prompt.ts';
import { unpackItems, type ResultItem } from '#domain/result-item.ts';
import { planSizeOf, type RunSetup } from '#domain/run.ts';
import { sharedSetups, type SharedSetup } from '#domain/shared-setup.ts';
import { leftOutUnder, termsOf, type RunRevision, type Terms } from '#domain/revision.ts';
import { withoutTokenLimit } from '#domain/token-limits.ts';
import { modelArgs } from '#openai/request-body.ts';
import { Recent } from '#storage/recent.ts';
import { lostParameters, withoutLost, type LostParameters } from './lost-parameters.ts';
import type { PlanRows } from './plan-rows.ts';

export interface PlannedRequest {
	readonly place: PlanPlace;
	readonly id: string;
	readonly row: Row;
	readonly prompt: Prompt;
	readonly modelArgs: JsonObject;
	/** Which of several connections it goes to; null where there is one. */
	readonly connectionName: string | null;
}

/** Rows that send the same parameters mostly stand near each other. */
const keptRowArgs = 256;

/** The requests of a run, each computed from its number: nothing is listed. */
export class RunPlan {
	readonly size: PlanSize;
	readonly columns: readonly Column[];
	readonly #setup: RunSetup;
	/** The run as each of its connections is sent it. */
	readonly #setups: readonly SharedSetup[];
	/** By revision: which connection each request goes to. */
	readonly #dealt = new Map<number, (request: number) => number>();
	readonly #templates: readonly CompiledTemplate[];
	readonly #revisions: () => readonly RunRevision[];
	/** By revision, then connection and model; each is made when it is first needed. */
	readonly #modelArgs = new Map<number, readonly JsonObject[]>();
	/** By revision, connection, model and what the row brings. */
	readonly #rowArgs = new Recent<string, JsonObject>(keptRowArgs);
	readonly #bindings: readonly PlacedBinding[];
	readonly #lost: LostParameters | null;
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
		this.#setups = sharedSetups(setup);
		this.#templates = setup.templates.map((template) => compileTemplate(template, columns));
		this.#revisions = revisions;
		this.#idPosition = columns.findIndex(({ name }) => name === setup.idColumn);
		this.#readRow = readRow;
		this.#rows = rows;
		this.#lost = lostParameters(setup, columns);
		const positions = columnPositions(columns);
		this.#bindings = (setup.bindings ?? []).flatMap(({ column, parameter }) => {
			const position = positions.get(column);
			return position === undefined ? [] : [{ parameter, position }];
		});
	}

	/**
	 * With the number of the row in the data, and the model that the row names where each names its own: -1 where the table
	 * is gone that could tell.
	 */
	place(request: number): PlanPlace {
		const place = this.#known(placeOf(request, this.size));
		if (this.#rows === null) return place;
		const { rows, models, placeAt } = this.#rows;
		if (placeAt !== undefined) return placeAt(request);
		return {
			...place,
			rowIndex: rows.rowAt(place.rowIndex),
			modelIndex: models?.[place.rowIndex] ?? place.modelIndex,
		};
	}

	#known(place: PlanPlace): PlanPlace {
		return this.#lost?.model === true ? { ...place, modelIndex: -1 } : place;
	}

	/** Of two requests to one model: equal only where they send the same parameters. */
	argsKey(request: number): number {
		return this.#rows?.keys?.[placeOf(request, this.size).rowIndex] ?? 0;
	}

	/** Which of the run's connections a request goes to, from 0. */
	connection(request: number, revision: number): number {
		const known = this.#dealt.get(revision);
		if (known !== undefined) return known(request);
		const { shares = [] } = this.#setup;
		const leftOut = leftOutUnder(this.#revisions(), revision);
		const dealt = dealOut(partsOf(shares), (at) => leftOut.includes(shares[at]?.name ?? ''));
		this.#dealt.set(revision, dealt);
		return dealt(request);
	}

	/** Which of all models of all connections, those of the first connection first. */
	scope(request: number, revision: number): number {
		return this.#scope(request, this.place(request), revision);
	}

	#scope(request: number, { modelIndex }: PlanPlace, revision: number): number {
		return this.connection(request, revision) * this.#setup.models.length + modelIndex;
	}

	/** Empty where it is not known any more. */
	model(place: PlanPlace): string {
		return this.#setup.models[place.modelIndex] ?? '';
	}

	/** Which of several connections a request goes to, by name; null where there is one. */
	connectionName(request: number, revision: number): string | null {
		return this.#setups[this.connection(request, revision)]?.connectionName ?? null;
	}

	/** Null where the table is gone that could tell. */
	prompt(place: PlanPlace, row: Row): Prompt | null {
		const isGone = this.#setup.datasetId !== null && this.columns.length === 0;
		return isGone ? null : this.#template(place).render(row);
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
			connectionName: this.connectionName(request, revision),
		};
	}

	/** What another request for the same prompt sends: one of another model. */
	args(request: number, row: Row, revision: number): JsonObject {
		return this.#argsOf(request, this.place(request), row, revision);
	}

	/** The items of the results file for one settled request. */
	async items(settled: SettledRequest): Promise<ResultItem[]> {
		const planned = await this.planned(settled.request, settled.revision ?? 0);
		const { template, variables } = this.#template(planned.place);
		const { outcome, attempts, startedAt, latencyMs, call, sent } = settled;
		return unpackItems({
			...planned,
			...(sent === undefined
				? {}
				: { modelArgs: sent.modelArgs, connectionName: sent.connection ?? null }),
			template,
			variables,
			columns: this.columns,
			attempts,
			startedAt,
			latencyMs,
			completion: outcome.ok ? outcome.value : null,
			failure: outcome.ok ? null : outcome.error,
			sharesUsage: (call?.size ?? 1) > 1,
			...(settled.queuedMs === undefined ? {} : { queuedMs: settled.queuedMs }),
			...(settled.past === undefined ? {} : { past: settled.past }),
			...(settled.pastOmitted === undefined ? {} : { pastOmitted: settled.pastOmitted }),
		});
	}

	#argsOf(request: number, place: PlanPlace, row: Row, revision: number): JsonObject {
		const scope = this.#scope(request, place, revision);
		if (this.#lost === null && this.#bindings.length === 0)
			return this.#argsUnder(revision)[scope] ?? {};
		const make = (): JsonObject => {
			const setup = this.#setups[this.connection(request, revision)] ?? this.#setup;
			const ofRow = rowParameters(setup.endpoint, this.#bindings, row);
			return this.#make(setup, place.modelIndex, revision, ofRow);
		};
		const keys = this.#rows?.keys ?? null;
		if (keys === null && this.#bindings.length > 0) return make();
		const key = `${String(revision)} ${String(scope)} ${String(this.argsKey(request))}`;
		const args = this.#rowArgs.get(key) ?? make();
		this.#rowArgs.set(key, args);
		return args;
	}

	#argsUnder(revision: number): readonly JsonObject[] {
		const known = this.#modelArgs.get(revision);
		if (known !== undefined) return known;
		const args = this.#setups.flatMap((setup) =>
			setup.models.map((_, modelIndex) => this.#make(setup, modelIndex, revision, {})),
		);
		this.#modelArgs.set(revision, args);
		return args;
	}

	/** What all are sent, in its place what the model has of its own, and in the place of both what the row has. */
	#make(setup: RunSetup, modelIndex: number, revision: number, ofRow: JsonObject): JsonObject {
		const { connection, endpoint, models, modelParameters } = setup;
		const terms = this.terms(revision);
		const own = [modelParameters?.[modelIndex] ?? {}, ofRow];
		// A limit that was raised since is that of every row.
		const isRaised = this.#revisions()[revision - 1]?.maxTokens !== undefined;
		const args = modelArgs(
			connection,
			endpoint,
			models[modelIndex] ?? '',
			terms,
			isRaised ? own.map(withoutTokenLimit) : own,
		);
		return this.#lost === null ? args : withoutLost(args, this.#lost, setup, terms);
	}

	#template(place: PlanPlace): CompiledTemplate {
		const template = this.#templates[place.promptIndex];
		if (template === undefined) throw new Error(`No template ${String(place.promptIndex)}`);
		return template;
	}
}
