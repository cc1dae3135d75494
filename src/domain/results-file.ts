import { failureKinds, type Failure, type FailureKind } from './failure.ts';
import { isJsonObject, isTooDeep, numberAt, objectAt, textAt, type JsonObject } from './json.ts';
import type { PastAttempt } from './outcome.ts';
import { roles, type Message, type Prompt, type PromptTemplate } from './prompt.ts';
import { err, ok, type Result } from './result.ts';

/** An item of a results file, Volley's own or batch-prompt's, with what of it is understood. */
export interface ReadItem {
	/** Where it says it stands in its plan; null in batch-prompt's, which does not say. */
	readonly place: {
		readonly id: string;
		readonly promptIndex: number;
		readonly rowIndex: number;
		readonly modelIndex: number;
		readonly choiceIndex: number | null;
	} | null;
	/** As it was sent; null where the file leaves that out. */
	readonly prompt: Prompt | null;
	/** Null where it is not known. */
	readonly template: PromptTemplate | null;
	readonly cells: ReadonlyMap<string, string>;
	readonly modelArgs: JsonObject;
	readonly model: string;
	readonly connection: string | null;
	readonly choice: JsonObject | null;
	/** Without choices; null where it failed, or where the file leaves it out. */
	readonly completion: JsonObject | null;
	readonly failure: Failure | null;
	readonly attempts: number;
	/** Epoch milliseconds; null where that is not told. */
	readonly startedAt: number | null;
	readonly latencyMs: number;
	readonly queuedMs: number | null;
	readonly requestId: string | null;
	readonly past: readonly PastAttempt[];
	readonly pastOmitted: number;
	/** The usage of its completion is that of several prompts. */
	readonly sharesUsage: boolean;
	/** Equal in all choices of one request. */
	readonly sameness: string;
}

/** Whether a file whose first object this is holds results, rather than a table or a setup. */
export const isResultItem = (first: unknown): boolean =>
	isJsonObject(first) &&
	Object.hasOwn(first, 'choice') &&
	(first['choice'] === null || isJsonObject(first['choice'])) &&
	['prompt', 'messages', 'prompt_raw', 'messages_raw'].some((key) => Object.hasOwn(first, key)) &&
	(isJsonObject(first['model_args']) || Object.hasOwn(first, 'completion'));

/** Thrown within this file alone. */
class Fault extends Error {}

/** What is wrong goes on a sentence that names the item. */
export function readResultItem(value: unknown): Result<ReadItem, string> {
	if (!isJsonObject(value)) return err('is not an object.');
	if (isTooDeep(value)) return err('is nested too deep.');
	try {
		return ok(itemOf(value));
	} catch (cause) {
		if (cause instanceof Fault) return err(cause.message);
		throw cause;
	}
}

function itemOf(item: JsonObject): ReadItem {
	const prompt = promptIn(item, 'prompt', 'messages');
	const template = promptIn(item, 'prompt_raw', 'messages_raw');
	if (prompt === null && template === null) throw new Fault('has neither a prompt nor messages.');
	if (prompt !== null && template !== null && prompt.kind !== template.kind)
		throw new Fault('has a prompt of another kind than its template.');
	const { choice = null } = item;
	if (choice !== null && !isJsonObject(choice))
		throw new Fault('has a choice that is neither an object nor null.');
	const modelArgs = objectAt(item, 'model_args');
	const whole = item['completion'] ?? null;
	if (whole !== null && !isJsonObject(whole))
		throw new Fault('has a completion that is neither an object nor null.');
	const completion = whole === null ? null : withoutChoices(whole);
	const failure = choice === null ? failureIn(item) : null;
	const place = placeIn(item);
	const model =
		textAt(modelArgs, 'model') ?? textAt(completion ?? {}, 'model') ?? 'not named in the file';
	const startedAt = momentIn(item, 'started_at');
	const created = numberAt(completion ?? {}, 'created');
	const usage = objectAt(completion ?? {}, 'usage');
	const told = (['prompt_tokens', 'input_tokens'] as const).some(
		(key) => numberAt(usage, key) !== null,
	);
	const at = place && [place.id, place.promptIndex, place.rowIndex, place.modelIndex];
	return {
		place,
		prompt,
		template,
		cells: cellsIn(item),
		modelArgs,
		model: model.slice(0, 1_000),
		connection: textAt(item, 'connection'),
		choice,
		completion: choice === null ? null : completion,
		failure,
		attempts: countIn(item, 'attempts') ?? 1,
		startedAt: startedAt ?? (created === null ? null : moment(created * 1_000)),
		latencyMs: durationIn(item, 'latency_ms') ?? 0,
		queuedMs: durationIn(item, 'queued_ms'),
		requestId: textAt(item, 'request_id'),
		past: pastIn(item),
		pastOmitted: countIn(item, 'attempts_omitted') ?? 0,
		sharesUsage: place !== null && told && item['number_of_prompt_tokens'] === null,
		sameness: JSON.stringify([
			...[at, prompt, template, item['prompt_args'] ?? item['messages_args'] ?? null],
			...[modelArgs, item['connection'] ?? null, item['started_at'] ?? null],
			...[item['latency_ms'] ?? null, item['request_id'] ?? null],
			completion === null ? null : (textAt(completion, 'id') ?? completion),
		]),
	};
}

function promptIn(item: JsonObject, textKey: string, messagesKey: string): Prompt | null {
	const messages = item[messagesKey] ?? null;
	if (messages !== null) {
		if (!Array.isArray(messages) || messages.length === 0)
			throw new Fault(`has ${messagesKey} that are no list of messages.`);
		return { kind: 'chat', messages: messages.map((one: unknown) => messageOf(one, messagesKey)) };
	}
	const text = item[textKey] ?? null;
	if (text === null) return null;
	if (typeof text !== 'string') throw new Fault(`has a ${textKey} that is no text.`);
	return { kind: 'completion', text };
}

function messageOf(value: unknown, key: string): Message {
	const role = isJsonObject(value) ? roles.find((known) => known === value['role']) : undefined;
	const content = isJsonObject(value) ? value['content'] : undefined;
	if (role === undefined)
		throw new Fault(`has one of its ${key} whose role is none of ${roles.join(', ')}.`);
	if (typeof content !== 'string')
		throw new Fault(`has one of its ${key} whose content is no text.`);
	return { role, content };
}

/** Numbers and the like as JSON writes them. */
function cellsIn(item: JsonObject): ReadonlyMap<string, string> {
	const cells = new Map<string, string>();
	for (const key of ['row', 'prompt_args', 'messages_args']) {
		const value = item[key] ?? null;
		if (value === null) continue;
		// A list has the arguments of each message.
		const records: readonly unknown[] = Array.isArray(value) ? value : [value];
		for (const record of records) {
			if (!isJsonObject(record)) {
				if (record === null) continue;
				throw new Fault(`has ${key} that are no names with values.`);
			}
			for (const [name, cell] of Object.entries(record))
				if (!cells.has(name)) cells.set(name, cellOf(cell));
		}
	}
	return cells;
}

const cellOf = (value: unknown): string =>
	typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);

function withoutChoices(completion: JsonObject): JsonObject {
	if (!Object.hasOwn(completion, 'choices')) return completion;
	return Object.fromEntries(Object.entries(completion).filter(([key]) => key !== 'choices'));
}

function placeIn(item: JsonObject): ReadItem['place'] {
	if (!Object.hasOwn(item, 'row_index') || !Object.hasOwn(item, 'prompt_index')) return null;
	const rowIndex = numberAt(item, 'row_index');
	if (rowIndex === -1)
		throw new Fault('does not know its row: the table was gone when the file was written.');
	const choice = item['choice_index'] ?? null;
	return {
		id: textAt(item, 'id') ?? '',
		promptIndex: indexIn(item, 'prompt_index'),
		rowIndex: indexIn(item, 'row_index'),
		// -1 where it was not known.
		modelIndex: Math.max(0, numberAt(item, 'model_index') ?? 0),
		choiceIndex: choice === null ? null : indexIn(item, 'choice_index', 1_000),
	};
}

function indexIn(item: JsonObject, key: string, most = 1_000_000_000): number {
	const value = numberAt(item, key);
	if (value === null || !Number.isInteger(value) || value < 0 || value >= most)
		throw new Fault(`has no ${key} that could be one.`);
	return value;
}

function failureIn(item: JsonObject): Failure {
	const { error = null } = item;
	if (!isJsonObject(error)) throw new Fault('has neither a choice nor an error.');
	return failureOf(error, textAt(item, 'request_id'));
}

function failureOf(error: JsonObject, requestId: string | null): Failure {
	const kind = textAt(error, 'kind') ?? '';
	if (!(failureKinds as readonly string[]).includes(kind))
		throw new Fault(`has an error of a kind that is not known: “${kind.slice(0, 60)}”.`);
	return {
		kind: kind as FailureKind,
		message: textAt(error, 'message') ?? '',
		status: numberAt(error, 'status'),
		code: textAt(error, 'code'),
		requestId: textAt(error, 'request_id') ?? requestId,
		waitMs: null,
	};
}

function pastIn(item: JsonObject): readonly PastAttempt[] {
	const list = item['attempt_history'] ?? [];
	if (!Array.isArray(list) || list.length > 1_000)
		throw new Fault('has an attempt_history that is no list of attempts.');
	return list.map((one: unknown) => {
		if (!isJsonObject(one)) throw new Fault('has an attempt_history with what is no attempt.');
		const { error = null } = one;
		const requestId = textAt(one, 'request_id');
		return {
			startedAt: momentIn(one, 'started_at') ?? 0,
			latencyMs: durationIn(one, 'latency_ms') ?? 0,
			waitedMs: durationIn(one, 'waited_ms') ?? 0,
			failure: isJsonObject(error) ? failureOf(error, null) : null,
			...(requestId === null ? {} : { requestId }),
			...(one['settled'] === true ? { settled: true as const } : {}),
		};
	});
}

const latest = 8_640_000_000_000_000;

const moment = (ms: number): number | null => (ms >= 0 && ms <= latest ? Math.round(ms) : null);

function momentIn(item: JsonObject, key: string): number | null {
	const text = item[key] ?? null;
	if (text === null) return null;
	const ms = typeof text === 'string' ? moment(Date.parse(text)) : null;
	if (ms === null) throw new Fault(`has a ${key} that is no date.`);
	return ms;
}

function durationIn(item: JsonObject, key: string): number | null {
	const value = item[key] ?? null;
	if (value === null) return null;
	const ms = numberAt(item, key);
	if (ms === null || ms < 0) throw new Fault(`has a ${key} that is no duration.`);
	return ms;
}

function countIn(item: JsonObject, key: string): number | null {
	const value = item[key] ?? null;
	return value === null ? null : indexIn(item, key);
}
