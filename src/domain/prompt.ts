import { cellAt, columnPositions, type Column, type Row } from './dataset.ts';
import { parseTemplate, renderTemplate, type ParsedTemplate } from './template.ts';

export const roles = ['system', 'developer', 'user', 'assistant'] as const;
export type Role = (typeof roles)[number];

export interface Message {
	readonly role: Role;
	readonly content: string;
}

/** What is sent to a model: a list of messages (Chat Completions) or one text (Completions). */
export type Prompt =
	| { readonly kind: 'chat'; readonly messages: readonly Message[] }
	| { readonly kind: 'completion'; readonly text: string };

/** A prompt whose texts hold variables in braces. */
export type PromptTemplate = Prompt;

/** Every text of a template, in the order in which they are written. */
export const textsOf = (template: PromptTemplate): readonly string[] =>
	template.kind === 'chat' ? template.messages.map((message) => message.content) : [template.text];

/** What a prompt says in one text: of several messages, those that are not the same for all rows as a rule. */
export function promptText(prompt: Prompt): string {
	if (prompt.kind === 'completion') return prompt.text;
	const { messages } = prompt;
	const said = messages.filter(({ role }) => role === 'user' || role === 'assistant');
	return (said.length > 0 ? said : messages).map(({ content }) => content).join('\n');
}

export interface CompiledTemplate {
	readonly template: PromptTemplate;
	/** The variables of all its texts, each once, in order of first use. */
	readonly variables: readonly string[];
	readonly render: (row: Row) => Prompt;
}

/** Parses the texts once, so that rendering a row costs only the joining. Unknown variables render as empty text. */
export function compileTemplate(
	template: PromptTemplate,
	columns: readonly Column[],
): CompiledTemplate {
	const positions = columnPositions(columns);
	const parsed = textsOf(template).map(parseTemplate);
	const variables = [...new Set(parsed.flatMap((text) => text.variables))];
	const fill = (text: ParsedTemplate | undefined, row: Row): string =>
		text === undefined
			? ''
			: renderTemplate(text, (name) => {
					const position = positions.get(name);
					return position === undefined ? '' : cellAt(row, position);
				});
	const render = (row: Row): Prompt =>
		template.kind === 'chat'
			? {
					kind: 'chat',
					messages: template.messages.map(({ role }, i) => ({
						role,
						content: fill(parsed[i], row),
					})),
				}
			: { kind: 'completion', text: fill(parsed[0], row) };
	return { template, variables, render };
}
