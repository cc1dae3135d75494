import { dealOut, partsOf } from '#domain/connection-share.ts';
import { cellAt, type Column, type Row } from '#domain/dataset.ts';
import type { JsonObject } from '#domain/json.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { placeOf, type PlanPlace, type PlanSize } from '#domain/plan.ts';
import { compileTemplate, type CompiledTemplate, type Prompt } from '#domain/prompt.ts';
import { unpackItems, type ResultItem } from '#domain/result-item.ts';
import { planSizeOf, type RunSetup } from '#domain/run.ts';
import { sharedSetups, type SharedSetup } from '#domain/shared-setup.ts';
import { leftOutUnder, termsOf, type RunRevision, type Terms } from '#domain/revision.ts';
import { modelArgs } from '#openai/request-body.ts';

export interface PlannedRequest {
	readonly place: PlanPlace;
	readonly id: string;
	readonly row: Row;
	readonly prompt: Prompt;
	readonly modelArgs: JsonObject;
	/** Which of several connections it goes to; null where there is one. */
	readonly connectionName: string | null;
}

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
	readonly #idPosition: number;
	readonly #readRow: (row: number) => Promise<Row>;

	/**
	 * `readRow` is not called for a run without data: its one row is empty. `revisions` are those there are by now: they
	 * only grow.
	 */
	constructor(
		setup: RunSetup,
		columns: readonly Column[],
		readRow: (row: number) => Promise<Row>,
		revisions: () => readonly RunRevision[] = () => [],
	) {
		this.size = planSizeOf(setup);
		this.columns = columns;
		this.#setup = setup;
		this.#setups = sharedSetups(setup);
		this.#templates = setup.templates.map((template) => compileTemplate(template, columns));
		this.#revisions = revisions;
		this.#idPosition = columns.findIndex(({ name }) => name === setup.idColumn);
		this.#readRow = readRow;
	}

	place(request: number): PlanPlace {
		return placeOf(request, this.size);
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
		return this.connection(request, revision) * this.size.models + this.place(request).modelIndex;
	}

	model(place: PlanPlace): string {
		return this.#setup.models[place.modelIndex] ?? '';
	}

	row(place: PlanPlace): Promise<Row> {
		return this.#setup.datasetId === null ? Promise.resolve([]) : this.#readRow(place.rowIndex);
	}

	/** The ID column's text, else the row's number from 0. */
	id(place: PlanPlace, row: Row): string {
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
			modelArgs: this.#argsUnder(revision)[this.scope(request, revision)] ?? {},
			connectionName: this.#setups[this.connection(request, revision)]?.connectionName ?? null,
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

	#argsUnder(revision: number): readonly JsonObject[] {
		const known = this.#modelArgs.get(revision);
		if (known !== undefined) return known;
		const kind = this.#setup.endpoint === 'completions' ? 'completion' : 'chat';
		const terms = this.terms(revision);
		const args = this.#setups.flatMap(({ connection, models }) =>
			models.map((model) => modelArgs(connection, kind, model, terms)),
		);
		this.#modelArgs.set(revision, args);
		return args;
	}

	#template(place: PlanPlace): CompiledTemplate {
		const template = this.#templates[place.promptIndex];
		if (template === undefined) throw new Error(`No template ${String(place.promptIndex)}`);
		return template;
	}
}
