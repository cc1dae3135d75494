import { mostModels, mostTemplates, tooManyModels } from '#domain/caps.ts';
import type { Column } from '#domain/dataset.ts';
import type { JsonObject } from '#domain/json.ts';
import { mostStretches, stretchesOf, type ListedRequests } from '#domain/listed-requests.ts';
import { plannedRequests, requestAt, type PlanSize } from '#domain/plan.ts';
import { textsOf, type Prompt, type PromptTemplate } from '#domain/prompt.ts';
import { parseTemplate, renderTemplate, type ParsedTemplate } from '#domain/template.ts';
import { tableLimits } from '#tabular/limits.ts';
import { RowDigest } from '#storage/row-digest.ts';
import { Refused } from './refused.ts';
import type { PlacedItem } from './result-items.ts';

interface KnownTemplate {
	/** Null: its texts are columns, as the one that was sent is not known. */
	readonly template: PromptTemplate | null;
	/** The first that was sent. */
	readonly sent: Prompt;
	readonly parsed: readonly ParsedTemplate[];
}

/** Numbers in a list that grows, four bytes each. */
class Numbers {
	#list = new Uint32Array(1_024);
	length = 0;

	push(value: number): void {
		if (this.length === this.#list.length) {
			const larger = new Uint32Array(2 * this.length);
			larger.set(this.#list);
			this.#list = larger;
		}
		this.#list[this.length++] = value;
	}

	at(index: number): number {
		return this.#list[index] ?? 0;
	}

	set(index: number, value: number): void {
		this.#list[index] = value;
	}
}

/** What one request of the file is to the run that is made of it. */
export interface FoundRequest {
	/** Its number in the plan. */
	readonly request: number;
	readonly call?: { readonly size: number; readonly position: number };
}

const cellKey = (name: string): string => `cell ${name}`;
const textKey = (index: number): string => `text ${String(index)}`;
const idKey = 'id';

/**
 * What a results file comes to: its templates, rows and models in the order in which they are first met, and where each of its
 * requests stands among them. For each request it keeps some numbers, and nothing of what was said.
 */
export class ResultsCensus {
	/** Whether the id is a column of its own. */
	readonly #keepsIds: boolean;
	readonly #templates: KnownTemplate[] = [];
	readonly #templateAt = new Map<string, number>();
	readonly #models: { readonly name: string; readonly args: JsonObject }[] = [];
	readonly #modelAt = new Map<string, number>();
	readonly #columns = new Map<string, number>();
	readonly #rowAt = new Map<string, number>();
	#rowCount = 0;
	/** By place: how many requests of batch-prompt's have it. */
	readonly #asked = new Map<number, number>();
	readonly #of = { template: new Numbers(), row: new Numbers(), model: new Numbers() };
	readonly #repeat = new Numbers();
	#repeats = 1;
	/** 0: it travelled alone; else one more than the number of its call. */
	readonly #call = new Numbers();
	readonly #callPosition = new Numbers();
	readonly #callSizes: number[] = [];
	readonly #callAt = new Map<string, number>();
	#lastCompletion: string | null = null;
	#isOurs: boolean | null = null;
	#kind: Prompt['kind'] = 'chat';
	#isResponses = false;
	#choices = 1;
	#choicesNow = 0;
	#numbered = true;
	#idColumns: Set<string> | null = null;
	#firstAt = Number.POSITIVE_INFINITY;
	#lastAt = 0;

	constructor(keepsIds: boolean) {
		this.#keepsIds = keepsIds;
	}

	get requests(): number {
		return this.#of.row.length;
	}

	get rowCount(): number {
		return this.#rowCount;
	}

	get models(): readonly { readonly name: string; readonly args: JsonObject }[] {
		return this.#models;
	}

	get choices(): number {
		return this.#choices;
	}

	/** When the first and the last was sent, as far as that is told. */
	get moments(): { readonly first: number | null; readonly last: number | null } {
		const isTold = this.#lastAt > 0;
		return { first: isTold ? this.#firstAt : null, last: isTold ? this.#lastAt : null };
	}

	get endpoint(): 'chatCompletions' | 'completions' | 'responses' {
		if (this.#kind === 'completion') return 'completions';
		return this.#isResponses ? 'responses' : 'chatCompletions';
	}

	/** The row that it is the first of; null where it has come before. */
	add(item: PlacedItem): readonly string[] | null {
		const kind = (item.prompt ?? item.template)?.kind ?? 'chat';
		const isOurs = item.place !== null;
		if (this.#isOurs === null) {
			this.#isOurs = isOurs;
			this.#kind = kind;
		}
		if (kind !== this.#kind)
			refuse(item, 'has messages where others have a prompt, or the reverse.');
		if (isOurs !== this.#isOurs)
			refuse(item, 'has other keys than the first: Volley’s and batch-prompt’s results are mixed.');
		this.#choicesNow = item.continues ? this.#choicesNow + 1 : 1;
		const asked = item.modelArgs['n'];
		const n = typeof asked === 'number' && Number.isInteger(asked) && asked <= 1_000 ? asked : 1;
		this.#choices = Math.max(this.#choices, this.#choicesNow, n);
		if (item.continues) return null;
		if (item.completion?.['object'] === 'response') this.#isResponses = true;
		if (item.startedAt !== null) {
			this.#firstAt = Math.min(this.#firstAt, item.startedAt);
			this.#lastAt = Math.max(this.#lastAt, item.startedAt + item.latencyMs);
		}
		return this.#addRequest(item);
	}

	#addRequest(item: PlacedItem): readonly string[] | null {
		const template = this.#templateOf(item);
		const model = this.#modelOf(item);
		const row = this.#rowOf(item, template, model);
		const { place } = item;
		const at = this.requests - 1;
		let repeat = 0;
		if (place !== null) {
			const isBeside =
				at >= 0 &&
				this.#of.template.at(at) === template &&
				this.#of.row.at(at) === row.number &&
				this.#of.model.at(at) === model;
			// A failure does not say which of the repeats it was.
			repeat = place.choiceIndex ?? (isBeside ? this.#repeat.at(at) + 1 : 0);
			if (repeat >= 1_000) refuse(item, 'is one of too many of the same.');
			if (place.id !== String(row.number) || place.rowIndex !== row.number) this.#numbered = false;
			this.#idColumns ??= new Set(item.cells.keys());
			for (const name of this.#idColumns)
				if (item.cells.get(name) !== place.id) this.#idColumns.delete(name);
		}
		this.#repeats = Math.max(this.#repeats, repeat + 1);
		this.#repeat.push(repeat);
		this.#of.template.push(template);
		this.#of.row.push(row.number);
		this.#of.model.push(model);
		this.#addCall(item);
		return row.cells;
	}

	#templateOf({ template, prompt, cells, place }: PlacedItem): number {
		const isPlain = place === null && cells.size === 0;
		const key = JSON.stringify([place?.promptIndex ?? null, template]);
		const known = template === null || isPlain ? undefined : this.#templateAt.get(key);
		if (known !== undefined) {
			if (isOf(this.#templates[known], prompt, cells)) return known;
		} else if (template !== null && !isPlain && this.#templates.length < mostTemplates - 100) {
			const parsed = textsOf(template).map(parseTemplate);
			const one = { template, sent: template, parsed };
			if (isOf(one, prompt, cells)) return this.#addTemplate(key, one);
		}
		// What was sent is no longer to be had from the template: it is a cell itself.
		const sent = prompt ?? template;
		if (sent === null) return 0;
		const shape = sent.kind === 'chat' ? sent.messages.map(({ role }) => role) : [];
		const textsKey = JSON.stringify(shape);
		return (
			this.#templateAt.get(textsKey) ??
			this.#addTemplate(textsKey, { template: null, sent, parsed: [] })
		);
	}

	#addTemplate(key: string, template: KnownTemplate): number {
		if (this.#templates.length >= mostTemplates)
			throw new Refused('Its messages come in more orders of roles than a run takes.');
		this.#templateAt.set(key, this.#templates.length);
		return this.#templates.push(template) - 1;
	}

	#modelOf({ place, model, modelArgs }: PlacedItem): number {
		const key = JSON.stringify([place?.modelIndex ?? null, model]);
		const known = this.#modelAt.get(key);
		if (known !== undefined) return known;
		if (this.#models.length === mostModels) throw new Refused(tooManyModels(mostModels + 1));
		this.#modelAt.set(key, this.#models.length);
		return this.#models.push({ name: model, args: modelArgs }) - 1;
	}

	#rowOf(
		item: PlacedItem,
		template: number,
		model: number,
	): { readonly number: number; readonly cells: readonly string[] | null } {
		const { place, cells } = item;
		const named: [string, string][] = [...cells].map(([name, cell]) => [cellKey(name), cell]);
		if (this.#templates[template]?.template === null) {
			const sent = item.prompt ?? item.template;
			if (sent !== null)
				textsOf(sent).forEach((text, i) => {
					named.push([textKey(i), text]);
				});
		}
		if (this.#keepsIds && place !== null) named.unshift([idKey, place.id]);
		const digest = new RowDigest();
		digest.add([[...(place === null ? [] : [String(place.rowIndex), place.id]), ...named.flat()]]);
		const key = digest.under([]);
		const known = this.#rowAt.get(key);
		const row =
			known === undefined ? this.#newRow(item, key, named) : { number: known, cells: null };
		if (place !== null) return row;
		const asked = (row.number * mostTemplates + template) * mostModels + model;
		const times = this.#asked.get(asked) ?? 0;
		this.#asked.set(asked, times + 1);
		if (times === 0) return row;
		// The same once more is a request of its own, and so has a row of its own.
		const again = `${key} ${String(times)}`;
		const own = this.#rowAt.get(again);
		return own === undefined ? this.#newRow(item, again, named) : { number: own, cells: null };
	}

	/** Requests that travelled in one call have one completion, and share its usage. */
	#addCall({ completion, sharesUsage, place }: PlacedItem): void {
		const id = completion === null ? null : completion['id'];
		const name = typeof id === 'string' ? id : null;
		const isShared = place === null ? name !== null && name === this.#lastCompletion : sharesUsage;
		const before = this.requests - 2;
		if (isShared && place === null && this.#call.at(before) === 0) this.#joinCall(before, name);
		this.#lastCompletion = name;
		if (!isShared) {
			this.#call.push(0);
			this.#callPosition.push(0);
			return;
		}
		this.#call.push(0);
		this.#callPosition.push(0);
		this.#joinCall(this.requests - 1, name);
	}

	#joinCall(at: number, name: string | null): void {
		const key = name ?? '';
		let call = this.#callAt.get(key);
		if (call === undefined) {
			call = this.#callSizes.push(0);
			this.#callAt.set(key, call);
		}
		this.#callPosition.set(at, this.#callSizes[call - 1] ?? 0);
		this.#callSizes[call - 1] = (this.#callSizes[call - 1] ?? 0) + 1;
		this.#call.set(at, call);
	}

	#newRow(
		item: PlacedItem,
		key: string,
		named: readonly (readonly [string, string])[],
	): { readonly number: number; readonly cells: readonly string[] } {
		if (this.#rowCount === tableLimits.rows)
			refuse(item, `would need more than ${tableLimits.rows.toLocaleString('en')} rows.`);
		const cells: string[] = [];
		for (const [name, cell] of named) {
			if (cell.length > tableLimits.cellCharacters)
				refuse(
					item,
					`has a value longer than ${tableLimits.cellCharacters.toLocaleString('en')} characters.`,
				);
			let position = this.#columns.get(name);
			if (position === undefined) {
				position = this.#columns.size;
				if (position === tableLimits.columns)
					refuse(
						item,
						`has more than ${tableLimits.columns.toLocaleString('en')} names with those before.`,
					);
				this.#columns.set(name, position);
			}
			while (cells.length < position) cells.push('');
			cells[position] = cell;
		}
		this.#rowAt.set(key, this.#rowCount);
		return { number: this.#rowCount++, cells };
	}

	/** Whether ids would be lost without a column of their own. */
	get lacksIds(): boolean {
		if (this.#keepsIds || this.#isOurs !== true) return false;
		const isRowless = this.#columns.size === 0 && this.#rowCount > 1;
		return isRowless || (!this.#numbered && (this.#idColumns?.size ?? 0) === 0);
	}

	get plan(): CensusPlan {
		const names = this.#columnNames();
		const named = (key: string): string => names.get(key) ?? '';
		const [idColumn] = this.#numbered ? [] : (this.#idColumns ?? []);
		const templates = this.#templates.map(
			({ template, sent }) => template ?? withTexts(sent, (i) => `{${named(textKey(i))}}`),
		);
		return {
			columns: [...names.values()].map((name) => ({ name, header: name })),
			templates,
			idColumn: this.#keepsIds ? named(idKey) : (idColumn ?? null),
			...this.#places(),
		};
	}

	/** Those of the file keep their names; what is added takes one that is free. */
	#columnNames(): ReadonlyMap<string, string> {
		const keys = [...this.#columns.keys()];
		const taken = new Set(
			keys.filter((key) => key.startsWith(cellKey(''))).map((key) => key.slice(cellKey('').length)),
		);
		const texts = keys.filter((key) => key.startsWith('text ')).length;
		return new Map(
			keys.map((key) => {
				if (key.startsWith(cellKey(''))) return [key, key.slice(cellKey('').length)];
				const wanted =
					key === idKey
						? 'id'
						: texts === 1
							? 'prompt'
							: `message_${String(Number(key.slice('text '.length)) + 1)}`;
				const name = freeName(wanted, taken);
				taken.add(name);
				return [key, name];
			}),
		);
	}

	#places(): Pick<CensusPlan, 'planned' | 'repeats' | 'listed' | 'requestOf'> {
		const size: PlanSize = {
			templates: this.#templates.length,
			rows: this.#rowCount,
			models: this.#models.length,
			repeats: this.#repeats,
		};
		const places = new Float64Array(this.requests);
		places.forEach((_, i) => {
			places[i] = requestAt(
				{
					promptIndex: this.#of.template.at(i),
					rowIndex: this.#of.row.at(i),
					modelIndex: this.#of.model.at(i),
					repeat: this.#repeat.at(i),
				},
				size,
			);
		});
		const sorted = places.toSorted();
		let planned = 0;
		for (const place of sorted)
			if (planned === 0 || place !== sorted[planned - 1]) sorted[planned++] = place;
		const unique = sorted.subarray(0, planned);
		const numbers = new Uint32Array(this.requests);
		// Of those that stand there twice the last counts.
		const last = new Uint32Array(planned);
		places.forEach((place, i) => {
			const number = positionIn(unique, place);
			numbers[i] = number;
			last[number] = i;
		});
		const isWhole = planned === plannedRequests(size);
		const stretches = isWhole ? [] : stretchesOf(unique);
		if (stretches.length > 2 * mostStretches)
			throw new Refused(
				`Its templates, rows and models are combined too irregularly: in more than ${mostStretches.toLocaleString('en')} stretches.`,
			);
		return {
			planned,
			repeats: this.#repeats,
			listed: isWhole ? null : { rows: this.#rowCount, repeats: this.#repeats, stretches },
			requestOf: (index) => {
				const request = numbers[index] ?? 0;
				if (last[request] !== index) return null;
				const call = this.#call.at(index);
				if (call === 0) return { request };
				const position = this.#callPosition.at(index);
				const callSize = Math.max(2, this.#callSizes[call - 1] ?? 0);
				return { request, call: { size: callSize, position } };
			},
		};
	}
}

/** The run that the requests are those of. */
export interface CensusPlan {
	readonly columns: readonly Column[];
	readonly templates: readonly PromptTemplate[];
	/** Null: ids are the rows' numbers. */
	readonly idColumn: string | null;
	readonly planned: number;
	readonly repeats: number;
	/** Null: they are every template with every row and model. */
	readonly listed: ListedRequests | null;
	/** By its place in the file, from 0; null where a later one takes its place. */
	readonly requestOf: (index: number) => FoundRequest | null;
}

function positionIn(sorted: Float64Array, value: number): number {
	let low = 0;
	let high = sorted.length - 1;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((sorted[middle] ?? 0) < value) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** Whether this template with these cells is what was sent. */
function isOf(
	known: KnownTemplate | undefined,
	prompt: Prompt | null,
	cells: ReadonlyMap<string, string>,
): boolean {
	if (known === undefined || known.template === null) return false;
	if (prompt === null) return true;
	const sent = textsOf(prompt);
	if (prompt.kind === 'chat' && known.template.kind === 'chat') {
		const { messages } = known.template;
		if (!prompt.messages.every(({ role }, i) => role === messages[i]?.role)) return false;
	}
	return (
		sent.length === known.parsed.length &&
		known.parsed.every(
			(parsed, i) => renderTemplate(parsed, (name) => cells.get(name) ?? '') === sent[i],
		)
	);
}

const withTexts = (prompt: Prompt, text: (index: number) => string): PromptTemplate =>
	prompt.kind === 'completion'
		? { kind: 'completion', text: text(0) }
		: {
				kind: 'chat',
				messages: prompt.messages.map(({ role }, i) => ({ role, content: text(i) })),
			};

function freeName(wanted: string, taken: ReadonlySet<string>): string {
	let name = wanted;
	for (let number = 2; taken.has(name); number++) name = `${wanted}_${String(number)}`;
	return name;
}

function refuse({ number }: PlacedItem, why: string): never {
	throw new Refused(`Item ${number.toLocaleString('en')} ${why}`);
}
