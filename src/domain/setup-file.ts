import { normalizeResource } from './azure.ts';
import { endpoints, normalizeBaseUrl, providers } from './connection.ts';
import type { Column, Row } from './dataset.ts';
import type { Binding } from './bindings.ts';
import { mostModels, mostTemplates } from './caps.ts';
import type { ConnectionFields } from './connection-fields.ts';
import type { Draft, SettingsDraft, ShareDraft, TemplateDraft } from './draft.ts';
import { isJsonObject } from './json.ts';
import type { NamedParameter } from './named-parameters.ts';
import { roles, type Message } from './prompt.ts';
import { readJson } from './read-json.ts';
import { err, ok, type Result } from './result.ts';
import { rowChoices, type RowsDraft } from './rows-draft.ts';
import {
	listOf,
	number,
	objectOf,
	oneOf,
	optional,
	orNull,
	passing,
	readShape,
	text,
	truth,
	type Fields,
	type Shape,
} from './shape.ts';

/** What a file of a setup says of itself. */
export const setupFormat = 'volley-setup';
const version = 1;

/** Rows that travel with a setup. */
export interface SharedData {
	readonly name: string;
	readonly columns: readonly Column[];
	readonly rows: readonly Row[];
}

/** What is shared of a draft: its rows are known here by an id that means nothing elsewhere. */
export type SharedDraft = Omit<Draft, 'datasetId'>;

export interface SetupFile {
	readonly draft: SharedDraft;
	/** Null: none came with it. */
	readonly data: SharedData | null;
}

/** A larger file is neither written nor read: it is held in memory as one text. */
export const mostSetupBytes = 100_000_000;

/** As long as it likes: a draft may have it, and the file as a whole is bounded. */
const prose = text(mostSetupBytes);
const name = text(1_000);
/** It is parsed at every key that is pressed. */
const jsonText = text(1_000_000);
const maybe = optional(orNull(number));

const message: Shape<Message> = objectOf<Message>({ role: oneOf(roles), content: prose });

const template: Shape<TemplateDraft> = objectOf<TemplateDraft>({
	messages: listOf(message, 0, 1_000),
	prompt: prose,
});

const settings: Shape<SettingsDraft> = objectOf<SettingsDraft>({
	completionsPerPrompt: orNull(number),
	temperature: orNull(number),
	maxTokens: orNull(number),
	maxConcurrency: orNull(number),
	maxRetries: orNull(number),
	timeoutSeconds: orNull(number),
	requestsPerMinute: maybe,
	tokensPerMinute: maybe,
	contextWindow: maybe,
	promptsPerRequest: maybe,
	parameters: optional(listOf(objectOf<NamedParameter>({ name, value: jsonText }), 0, 1_000)),
	otherParameters: jsonText,
});

const connectionFields: Fields<ConnectionFields> = {
	provider: oneOf(providers),
	baseUrl: text(10_000),
	organization: name,
	project: name,
	preset: optional(name),
	resource: optional(text(10_000)),
	apiVersion: optional(name),
};

const share: Shape<ShareDraft> = objectOf<ShareDraft>({
	...connectionFields,
	models: listOf(name, 0, mostModels),
	tokensPerMinute: orNull(number),
});

const rowsChosen: Shape<RowsDraft> = objectOf<RowsDraft>({
	choose: oneOf(rowChoices),
	count: orNull(number),
	seed: orNull(number),
	from: orNull(number),
	to: orNull(number),
	column: orNull(prose),
	has: truth,
	text: prose,
});

const draftFields: Fields<SharedDraft> = {
	name,
	...connectionFields,
	shares: optional(listOf(share, 0, 100)),
	tokensPerMinute: maybe,
	models: listOf(name, 1, mostModels),
	endpoint: oneOf(endpoints),
	templates: listOf(template, 1, mostTemplates),
	idColumn: orNull(prose),
	rows: optional(rowsChosen),
	pairing: optional(oneOf(['cross', 'pair'])),
	modelParameters: optional(listOf(jsonText, 0, mostModels)),
	bindings: optional(listOf(objectOf<Binding>({ column: prose, parameter: name }), 0, 100)),
	settings,
};

const column: Shape<Column> = objectOf<Column>({ name: prose, header: prose });

/** A hundred million cells are told apart from what is no row without a name for each place. */
const row: Shape<Row> = {
	read: (value, at, faults) =>
		Array.isArray(value) && value.every((cell) => typeof cell === 'string')
			? value
			: faults.add(at, 'is not a list of texts'),
};

const data: Shape<SharedData> = passing(
	objectOf<SharedData>({
		name,
		columns: listOf(column, 1, 1_000),
		rows: listOf(row, 1, 1_000_000),
	}),
	({ columns, rows }) => rows.every(({ length }) => length <= columns.length),
	'has a row with more cells than there are columns',
);

interface Written {
	readonly format: string;
	readonly version: number;
	readonly setup: SharedDraft;
	readonly data?: SharedData;
}

const file: Shape<Written> = objectOf<Written>({
	format: text(100),
	version: number,
	setup: objectOf<SharedDraft>(draftFields),
	data: optional(data),
});

export interface ShareChoice {
	/** Whether organization and project go with it. */
	readonly withIds: boolean;
}

/** An address that the page refuses may hold a key, before an @ or behind a ?, or be one that went into the wrong field. */
const withoutKeys = <T extends ConnectionFields>(fields: T): T => ({
	...fields,
	baseUrl: normalizeBaseUrl(fields.baseUrl).ok ? fields.baseUrl : '',
	...(fields.resource === undefined || normalizeResource(fields.resource).ok
		? {}
		: { resource: '' }),
});

/** The file in pieces, so that the rows need not be held. No key is in it: a draft has no field for one. */
export async function* setupFileChunks(
	draft: Draft,
	{ withIds }: ShareChoice,
	shared: (Omit<SharedData, 'rows'> & { readonly rows: AsyncIterable<Row> }) | null,
): AsyncGenerator<string> {
	const noIds = { organization: '', project: '' };
	const toWrite = <T extends ConnectionFields>(fields: T): T => ({
		...withoutKeys(fields),
		...(withIds ? {} : noIds),
	});
	// What is undefined is not written.
	const setup = { ...toWrite(draft), shares: draft.shares?.map(toWrite), datasetId: undefined };
	const head = JSON.stringify({ format: setupFormat, version, setup }, null, '\t');
	if (shared === null) {
		yield `${head}\n`;
		return;
	}
	const { name: dataName, columns } = shared;
	yield `${head.slice(0, head.lastIndexOf('\n'))},\n\t"data": {\n`;
	yield `\t\t"name": ${JSON.stringify(dataName)},\n\t\t"columns": ${JSON.stringify(columns)},\n\t\t"rows": [`;
	let before = '\n';
	for await (const cells of shared.rows) {
		yield `${before}\t\t\t${JSON.stringify(cells)}`;
		before = ',\n';
	}
	yield '\n\t\t]\n\t}\n}\n';
}

/** Reads what `setupFileChunks` wrote, perhaps in another version, or what somebody made of it; else why not, in words. */
export function readSetupFile(source: string): Result<SetupFile, readonly string[]> {
	const parsed = readJson(source);
	if (!parsed.ok) return err([`It ${parsed.error}.`]);
	const { value } = parsed;
	if (!isJsonObject(value) || value['format'] !== setupFormat)
		return err(['It is not a setup that Volley has written.']);
	const written = value['version'];
	if (written !== version)
		return err([
			typeof written === 'number' && written > version
				? 'A newer version of Volley has written it. Reload this page to get the newest.'
				: 'It has no version that Volley knows.',
		]);
	const read = readShape(file, value);
	if (!read.ok) return read;
	const { setup, data: shared = null } = read.value;
	const twice = shared === null ? null : repeatedName(shared.columns);
	if (twice !== null) return err([`Two of its columns are called “${twice}”.`]);
	return ok({ draft: setup, data: shared });
}

function repeatedName(columns: readonly Column[]): string | null {
	const seen = new Set<string>();
	for (const { name: called } of columns) {
		if (seen.has(called)) return called;
		seen.add(called);
	}
	return null;
}
