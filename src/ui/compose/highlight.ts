import { parseTemplate } from '#domain/template.ts';

/** A stretch of a template's source as it is coloured. */
export interface Stretch {
	readonly look: 'text' | 'known' | 'unknown' | 'brace';
	readonly text: string;
}

/** Joined, the stretches are the source: nothing may shift beneath the field they lie under. */
export const highlight = (
	source: string,
	isColumn: (name: string) => boolean,
): readonly Stretch[] =>
	parseTemplate(source).segments.map((segment) => {
		const text = source.slice(segment.start, segment.end);
		if (segment.kind !== 'variable') return { look: segment.kind, text };
		return { look: isColumn(segment.name) ? 'known' : 'unknown', text };
	});
