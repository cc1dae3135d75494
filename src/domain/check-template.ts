import type { Endpoint } from './connection.ts';
import type { Column, Dataset } from './dataset.ts';
import type { TemplateDraft } from './draft.ts';
import { problem, type Hint, type Problem } from './problem.ts';
import { textsOf, type PromptTemplate } from './prompt.ts';
import {
	doubledColumns,
	nearestName,
	parseTemplate,
	unnameableColumns,
	type ParsedTemplate,
} from './template.ts';

/** The template as it would be sent: messages left empty are not sent. */
export const templateOf = (endpoint: Endpoint, draft: TemplateDraft): PromptTemplate =>
	endpoint === 'completions'
		? { kind: 'completion', text: draft.prompt }
		: {
				kind: 'chat',
				messages: draft.messages.filter(({ content }) => content.trim() !== ''),
			};

interface CheckedTemplate {
	readonly template: PromptTemplate;
	readonly problems: readonly Problem[];
	readonly hints: readonly Hint[];
}

interface Remembered {
	readonly endpoint: Endpoint;
	readonly index: number;
	readonly dataset: Dataset | null;
	readonly checked: CheckedTemplate;
}

/** A template draft is replaced, never changed: of thousands only the one being written has to be checked anew. */
const remembered = new WeakMap<TemplateDraft, Remembered>();

/** The template as it would be sent, with its problems and hints. */
export function checkTemplate(
	endpoint: Endpoint,
	draft: TemplateDraft,
	index: number,
	dataset: Dataset | null,
	problems: Problem[],
	hints: Hint[],
): PromptTemplate {
	let last = remembered.get(draft);
	if (last?.endpoint !== endpoint || last.index !== index || last.dataset !== dataset) {
		last = { endpoint, index, dataset, checked: checked(endpoint, draft, index, dataset) };
		remembered.set(draft, last);
	}
	problems.push(...last.checked.problems);
	hints.push(...last.checked.hints);
	return last.checked.template;
}

function checked(
	endpoint: Endpoint,
	draft: TemplateDraft,
	index: number,
	dataset: Dataset | null,
): CheckedTemplate {
	const problems: Problem[] = [];
	const hints: Hint[] = [];
	const template = templateOf(endpoint, draft);
	const parsed = textsOf(template).map(parseTemplate);
	const title = `Template ${String(index + 1)}`;
	const result = { template, problems, hints };
	if (parsed.every(({ source }) => source.trim() === '')) {
		problems.push(problem('template', `${title} is empty. Write a prompt.`, index));
		return result;
	}
	const variables = [...new Set(parsed.flatMap((text) => text.variables))];
	const columns = dataset?.columns ?? [];
	const names = columns.map(({ name }) => name);
	for (const name of variables)
		if (!names.includes(name))
			problems.push(problem('template', unknownVariable(title, name, columns, dataset), index));
	if (dataset === null) return result;

	if (variables.length === 0)
		hints.push({
			field: 'template',
			index,
			message: `${title} uses no column: the same prompt is sent for every row.`,
		});
	for (const text of parsed) addBraceHints(text, title, index, names, hints);
	return result;
}

function addBraceHints(
	text: ParsedTemplate,
	title: string,
	index: number,
	names: readonly string[],
	hints: Hint[],
): void {
	const isColumn = (name: string): boolean => names.includes(name);
	for (const name of doubledColumns(text, isColumn))
		hints.push({
			field: 'template',
			index,
			message: `${title}: {{${name}}} is sent as the text {${name}}. Did you mean {${name}}?`,
		});
	for (const name of unnameableColumns(text, isColumn))
		hints.push({
			field: 'template',
			index,
			message: `${title}: {${name}} is sent as it is. A variable holds only letters, digits, spaces and _ - . after a first letter; rename the column in the file to use it.`,
		});
}

function unknownVariable(
	title: string,
	name: string,
	columns: readonly Column[],
	dataset: Dataset | null,
): string {
	if (dataset === null)
		return `${title} uses {${name}} but there is no data. Drop a CSV with a column “${name}”, or write {{${name}}} to send the braces as text.`;
	const nearest = nearestName(
		name,
		columns.map((column) => column.name),
	);
	const advice =
		nearest === null
			? `Its columns are ${columns.map((column) => column.name).join(', ')}.`
			: `Did you mean {${nearest}}?`;
	return `${title} uses {${name}} but ${dataset.name} has no such column. ${advice} To send the braces as text, write {{${name}}}.`;
}
