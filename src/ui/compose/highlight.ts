import { parseTemplate, type Segment } from '#domain/template.ts';

/** A stretch of a template's source as it is shown. */
export interface Stretch {
	/** `literal`: a brace that is text; `doubled`: two that are sent as one. */
	readonly look: 'text' | 'known' | 'unknown' | 'literal' | 'doubled';
	readonly text: string;
}

/** In a longer text each brace would be an element too many for a page that is typed in. */
const longestMarked = 20_000;

/** Joined, the stretches are the source: nothing may shift beneath the field they lie under. */
export function highlight(source: string, isColumn: (name: string) => boolean): readonly Stretch[] {
	if (source.length > 10 * longestMarked) return [{ look: 'text', text: source }];
	const isMarked = source.length <= longestMarked;
	const stretchesOf = (segment: Segment): readonly Stretch[] => {
		const text = source.slice(segment.start, segment.end);
		switch (segment.kind) {
			case 'variable':
				return [{ look: isColumn(segment.name) ? 'known' : 'unknown', text }];
			case 'brace':
				return [{ look: 'doubled', text }];
			case 'text':
				return isMarked ? withLiterals(text) : [{ look: 'text', text }];
		}
	};
	return parseTemplate(source).segments.flatMap(stretchesOf);
}

const withLiterals = (text: string): readonly Stretch[] =>
	text
		.split(/([{}]+)/)
		.filter((piece) => piece !== '')
		.map((piece) => ({ look: /^[{}]/.test(piece) ? 'literal' : 'text', text: piece }));

export const lookClass: Readonly<Record<Stretch['look'], string | undefined>> = {
	text: undefined,
	known: 'column-known',
	unknown: 'column-unknown',
	literal: 'brace-literal',
	doubled: 'brace-doubled',
};

/** What of a template's braces has to be told apart; each once, by an example from it. */
export interface BraceKinds {
	readonly unknown: string | null;
	readonly literal: boolean;
	readonly doubled: boolean;
}

export function braceKinds(
	texts: readonly string[],
	isColumn: (name: string) => boolean,
): BraceKinds {
	const stretches = texts.flatMap((text) => highlight(text, isColumn));
	return {
		unknown: stretches.find(({ look }) => look === 'unknown')?.text ?? null,
		literal: stretches.some(({ look }) => look === 'literal'),
		doubled: stretches.some(({ look }) => look === 'doubled'),
	};
}
