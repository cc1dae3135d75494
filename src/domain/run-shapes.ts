import { mostModels, mostTemplates } from './caps.ts';
import type { Binding } from './bindings.ts';
import { checkConnection } from './check-connection.ts';
import type { Completion } from './completion.ts';
import { fieldsOf } from './connection-fields.ts';
import type { ConnectionShare } from './connection-share.ts';
import { endpoints, identityOf, providers, type Connection } from './connection.ts';
import type { Column, DatasetMark, Row } from './dataset.ts';
import type { Failure, LimitReading, RefusedParameter } from './failure.ts';
import { failureKinds } from './failure.ts';
import { isJsonObject, isTooDeep, type JsonObject } from './json.ts';
import { areListed, mostStretches, type ListedRequests } from './listed-requests.ts';
import type {
	AttemptOutcome,
	PastAttempt,
	SentRequest,
	SettledRequest,
	SharedCall,
} from './outcome.ts';
import type { RequestParameters, RunLimits } from './parameters.ts';
import { plannedRequests } from './plan.ts';
import { roles, type Message, type PromptTemplate } from './prompt.ts';
import type { ReadingOptions, RowEdit } from './reading-options.ts';
import type { Repair } from './repair.ts';
import { err, ok } from './result.ts';
import type { RunRevision } from './revision.ts';
import type { RowChoice } from './rows.ts';
import type { RunOrigin, RunSetup } from './run.ts';
import {
	either,
	listOf,
	number,
	objectOf,
	oneOf,
	optional,
	orNull,
	passing,
	text,
	truth,
	whole,
	type Shape,
} from './shape.ts';
import { textEncodings } from './text-encoding.ts';

/** As long as it likes: the line that holds it is bounded. */
const prose = text(1_000_000_000);
const name = text(1_000);
/** More than a run can have of anything. */
const count = whole(0, 1_000_000_000);
/** Epoch milliseconds that a date can be made of. */
export const moment = whole(0, 8_640_000_000_000_000);
const duration = passing(number, (ms) => ms >= 0, 'is less than 0');

const json: Shape<JsonObject> = {
	read: (value, at, faults) => {
		if (!isJsonObject(value)) return faults.add(at, 'is not an object');
		return isTooDeep(value) ? faults.add(at, 'is nested too deep') : value;
	},
};

const connectionAsWritten: Shape<Connection> = objectOf<Connection>({
	provider: oneOf(providers),
	baseUrl: text(10_000),
	organization: name,
	project: name,
	usesKey: truth,
	preset: optional(name),
	apiVersion: optional(name),
});

/** Where a service is named, requests go to that service: an address that the page would not have made itself is refused. */
const connection = passing(
	connectionAsWritten,
	(given) => {
		const made = madeOf(given);
		return made !== null && identityOf(made) === identityOf(given);
	},
	'is no connection that Volley would make: its address is not that of its provider, or may not be called',
);

function madeOf(given: Connection): Connection | null {
	try {
		return checkConnection(fieldsOf(given), []);
	} catch {
		return null;
	}
}

const share: Shape<ConnectionShare> = objectOf<ConnectionShare>({
	name,
	connection,
	tokensPerMinute: orNull(number),
	models: listOf(name, 0, mostModels),
});

const message: Shape<Message> = objectOf<Message>({ role: oneOf(roles), content: prose });

const template: Shape<PromptTemplate> = either<PromptTemplate>('kind', {
	chat: objectOf<Extract<PromptTemplate, { kind: 'chat' }>>({
		kind: oneOf(['chat']),
		messages: listOf(message, 1, 1_000),
	}),
	completion: objectOf<Extract<PromptTemplate, { kind: 'completion' }>>({
		kind: oneOf(['completion']),
		text: prose,
	}),
});

const parameters: Shape<RequestParameters> = objectOf<RequestParameters>({
	completionsPerPrompt: whole(1, 1_000),
	temperature: orNull(number),
	maxTokens: orNull(number),
	other: json,
});

const limits: Shape<RunLimits> = objectOf<RunLimits>({
	maxConcurrency: whole(1, 10_000),
	maxRetries: whole(0, 1_000),
	timeoutSeconds: passing(number, (seconds) => seconds > 0, 'is not more than 0'),
	requestsPerMinute: optional(orNull(number)),
	tokensPerMinute: optional(orNull(number)),
});

const repair: Shape<Repair> = objectOf<Repair>({
	model: name,
	name,
	replacement: orNull(name),
	origin: optional(name),
});

const rows: Shape<RowChoice> = either<RowChoice>('kind', {
	all: objectOf<Extract<RowChoice, { kind: 'all' }>>({ kind: oneOf(['all']) }),
	first: objectOf<Extract<RowChoice, { kind: 'first' }>>({ kind: oneOf(['first']), count }),
	random: objectOf<Extract<RowChoice, { kind: 'random' }>>({
		kind: oneOf(['random']),
		count,
		seed: number,
	}),
	range: objectOf<Extract<RowChoice, { kind: 'range' }>>({
		kind: oneOf(['range']),
		from: whole(1, 1_000_000_000),
		to: count,
	}),
	where: objectOf<Extract<RowChoice, { kind: 'where' }>>({
		kind: oneOf(['where']),
		column: prose,
		has: truth,
		text: prose,
	}),
});

const onlyTrue: Shape<true> = {
	read: (value, at, faults) => (value === true ? value : faults.add(at, 'is not true')),
};

const origin: Shape<RunOrigin> = objectOf<RunOrigin>({
	file: name,
	runId: name,
	isResults: optional(onlyTrue),
});

const listed: Shape<ListedRequests> = objectOf<ListedRequests>({
	rows: whole(1, 1_000_000_000),
	repeats: whole(1, 1_000),
	stretches: passing(
		listOf(whole(0, 1_000_000_000_000_000), 2, 2 * mostStretches),
		({ length }) => length % 2 === 0,
		'is no list of pairs',
	),
});

const setupFields: Shape<RunSetup> = objectOf<RunSetup>({
	name,
	connection,
	endpoint: oneOf(endpoints),
	models: listOf(name, 1, mostModels),
	templates: listOf(template, 1, mostTemplates),
	datasetId: orNull(name),
	rowCount: count,
	idColumn: orNull(prose),
	parameters,
	limits,
	promptsPerRequest: optional(whole(1, 100_000)),
	contextWindow: optional(orNull(number)),
	repairs: optional(listOf(repair, 0, 10_000)),
	rows: optional(rows),
	pairing: optional(oneOf(['cross', 'pair'])),
	modelParameters: optional(listOf(json, 0, mostModels)),
	bindings: optional(listOf(objectOf<Binding>({ column: prose, parameter: name }), 0, 100)),
	repeats: optional(whole(1, 1_000)),
	shares: optional(listOf(share, 2, 100)),
	cameFrom: optional(origin),
	listed: optional(listed),
});

const isOfEndpoint = ({ endpoint, templates }: RunSetup): boolean =>
	templates.every(({ kind }) => (kind === 'completion') === (endpoint === 'completions'));

const sharesAgree = ({ connection: own, shares }: RunSetup): boolean =>
	shares === undefined ||
	(shares[0] !== undefined &&
		identityOf(shares[0].connection) === identityOf(own) &&
		new Set(shares.map(({ name: called }) => called)).size === shares.length);

const pairFits = ({ pairing, templates, rowCount }: RunSetup): boolean =>
	pairing !== 'pair' || templates.length === rowCount;

const listFits = ({ listed: list, templates, models, rowCount, ...setup }: RunSetup): boolean =>
	list === undefined ||
	(setup.pairing === undefined &&
		setup.repeats === undefined &&
		setup.cameFrom?.isResults === true &&
		areListed(
			list.stretches,
			rowCount,
			plannedRequests({ ...list, templates: templates.length, models: models.length }),
		));

/** Everything of a run but its rows and its answers. There is no field for a key. */
export const runSetup: Shape<RunSetup> = passing(
	passing(
		passing(
			passing(setupFields, isOfEndpoint, 'has templates of another kind than its endpoint takes'),
			sharesAgree,
			'has several connections that do not fit together',
		),
		listFits,
		'lists requests that are not in its plan',
	),
	pairFits,
	'has not as many templates as rows, though each goes with one',
);

export const revision: Shape<RunRevision> = objectOf<RunRevision>({
	at: moment,
	repairs: listOf(repair, 0, 10_000),
	maxTokens: optional(orNull(number)),
	leftOut: optional(listOf(name, 0, 100)),
});

const column: Shape<Column> = objectOf<Column>({ name: prose, header: prose });

const columns = passing(
	listOf(column, 1, 100_000),
	(list) => new Set(list.map(({ name: called }) => called)).size === list.length,
	'names two columns alike',
);

const reading: Shape<ReadingOptions> = objectOf<ReadingOptions>({
	encoding: orNull(oneOf(textEncodings)),
	delimiter: orNull(text(1)),
	header: optional(orNull(truth)),
	quotes: optional(oneOf(['enclose', 'text'])),
	oddRows: optional(oneOf(['keep', 'skip'])),
	edits: optional(
		listOf(objectOf<RowEdit>({ file: count, row: count, text: prose }), 0, 1_000_000),
	),
});

export const datasetMark: Shape<DatasetMark> = objectOf<DatasetMark>({
	name,
	columns,
	rowCount: count,
	encoding: oneOf(textEncodings),
	delimiter: text(1),
	digest: optional(name),
	options: optional(reading),
});

/** Of many cells none gets a name for its place. */
export const row: Shape<Row> = {
	read: (value, at, faults) =>
		Array.isArray(value) && value.every((cell) => typeof cell === 'string')
			? value
			: faults.add(at, 'is not a list of texts'),
};

const limitReading: Shape<LimitReading> = objectOf<LimitReading>({
	dimension: oneOf(['requests', 'tokens']),
	per: oneOf(['minute', 'day']),
	limit: number,
	used: number,
	requested: number,
});

const refused: Shape<RefusedParameter> = objectOf<RefusedParameter>({
	model: name,
	name,
	replacement: orNull(name),
	origin: optional(name),
});

const failure: Shape<Failure> = objectOf<Failure>({
	kind: oneOf(failureKinds),
	message: prose,
	status: orNull(number),
	code: orNull(prose),
	requestId: orNull(prose),
	waitMs: orNull(number),
	limit: optional(orNull(limitReading)),
	parameter: optional(refused),
	connection: optional(name),
});

const completion: Shape<Completion> = objectOf<Completion>({
	rest: json,
	choices: listOf(json, 1, 1_000_000),
	requestId: optional(prose),
});

const succeeded = objectOf<{ readonly value: Completion }>({ value: completion });
const hasFailed = objectOf<{ readonly error: Failure }>({ error: failure });

/** Written as `{value}` or `{error}`. */
const outcome: Shape<AttemptOutcome> = {
	read: (value, at, faults) => {
		if (!isJsonObject(value)) return faults.add(at, 'is not an object');
		const { ok: isOk, ...told } = value;
		if (isOk === true) {
			const read = succeeded.read(told, at, faults);
			return typeof read === 'symbol' ? read : ok(read.value);
		}
		if (isOk !== false) return faults.add(at, 'says neither that it succeeded nor that it failed');
		const read = hasFailed.read(told, at, faults);
		return typeof read === 'symbol' ? read : err(read.error);
	},
};

export const settledRequest: Shape<SettledRequest> = objectOf<SettledRequest>({
	request: count,
	outcome,
	attempts: count,
	startedAt: moment,
	latencyMs: duration,
	revision: optional(whole(0, 1_000_000)),
	call: optional(
		passing(
			objectOf<SharedCall>({ size: whole(1, 1_000_000), position: count }),
			({ size, position }) => position < size,
			'has no such position',
		),
	),
	queuedMs: optional(duration),
	past: optional(
		listOf(
			objectOf<PastAttempt>({
				startedAt: moment,
				latencyMs: duration,
				failure: orNull(failure),
				requestId: optional(prose),
				waitedMs: duration,
				settled: optional(onlyTrue),
			}),
			0,
			1_000,
		),
	),
	pastOmitted: optional(count),
	sent: optional(objectOf<SentRequest>({ modelArgs: json, connection: optional(name) })),
});
