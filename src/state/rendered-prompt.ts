import { cellAt, columnPositions, type Column, type Row } from '#domain/dataset.ts';
import { compileTemplate, type PromptTemplate, type Role } from '#domain/prompt.ts';
import { parseTemplate } from '#domain/template.ts';

/** A stretch of a prompt as it is sent, and where it came from. `nowhere`: its variable names no column. */
export interface Piece {
	readonly from: 'template' | 'row' | 'nowhere';
	readonly text: string;
}

export interface RenderedText {
	/** Null in a Completions prompt. */
	readonly role: Role | null;
	readonly pieces: readonly Piece[];
}

/** The texts that a row would send, taken apart so that what the row put in can be marked. */
export function renderedTexts(
	template: PromptTemplate,
	columns: readonly Column[],
	row: Row,
): readonly RenderedText[] {
	const positions = columnPositions(columns);
	const piecesOf = (source: string): readonly Piece[] =>
		parseTemplate(source).segments.map((segment): Piece => {
			if (segment.kind !== 'variable') return { from: 'template', text: segment.text };
			const position = positions.get(segment.name);
			return position === undefined
				? { from: 'nowhere', text: source.slice(segment.start, segment.end) }
				: { from: 'row', text: cellAt(row, position) };
		});
	return template.kind === 'chat'
		? template.messages.map(({ role, content }) => ({ role, pieces: piecesOf(content) }))
		: [{ role: null, pieces: piecesOf(template.text) }];
}

const charactersPerToken = 4;

/** A rule of thumb for what a row would send; tokenizers differ from model to model. */
export function roughTokens(
	template: PromptTemplate,
	columns: readonly Column[],
	row: Row,
): number {
	const prompt = compileTemplate(template, columns).render(row);
	const texts = prompt.kind === 'chat' ? prompt.messages.map((m) => m.content) : [prompt.text];
	const characters = texts.reduce((sum, text) => sum + text.length, 0);
	return Math.ceil(characters / charactersPerToken);
}
