/**
 * The template grammar (docs/templates.md):
 * `{name}` is a variable, `{{` … `}}` is a doubled pair that sends single braces, every other brace is text.
 */

/** A stretch of a template; `start` and `end` are offsets in its source. */
export type Segment =
	| { readonly kind: 'text'; readonly start: number; readonly end: number; readonly text: string }
	/** One half of a doubled pair: two braces in the source, one brace sent. */
	| { readonly kind: 'brace'; readonly start: number; readonly end: number; readonly text: string }
	| {
			readonly kind: 'variable';
			readonly start: number;
			readonly end: number;
			readonly name: string;
	  };

export interface ParsedTemplate {
	readonly source: string;
	readonly segments: readonly Segment[];
	/** The names used, each once, in order of first use. */
	readonly variables: readonly string[];
}

const namePattern = /^[\p{L}_][\p{L}\p{M}\p{N}_\-. ]*$/u;

/** Whether a (trimmed) name can be written as `{name}`. */
export const isVariableName = (name: string): boolean => namePattern.test(name);

const isBlank = (char: string | undefined): boolean => char === ' ' || char === '\t';

/** By two walks: a pattern anchored at the end begins anew at every blank inside. */
function trimBlanks(text: string): string {
	let [start, end] = [0, text.length];
	while (start < end && isBlank(text[start])) start++;
	while (end > start && isBlank(text[end - 1])) end--;
	return text.slice(start, end);
}

interface OpenBrace {
	readonly doubled: boolean;
	/** Offset of the (first) brace in the source. */
	readonly at: number;
	/** Its place among the pieces. */
	readonly piece: number;
}

/** One pass with a stack of open braces; time is linear in the length of the source. */
export function parseTemplate(source: string): ParsedTemplate {
	const pieces: Segment[] = [];
	const open: OpenBrace[] = [];
	let textStart = 0;
	// The offset of the last brace seen: nothing between it and here is a brace.
	let lastBrace = -1;

	const text = (start: number, end: number): void => {
		if (end > start) pieces.push({ kind: 'text', start, end, text: source.slice(start, end) });
	};
	const variable = (start: number, end: number): Segment | null => {
		if (lastBrace !== start) return null;
		const name = trimBlanks(source.slice(start + 1, end));
		return isVariableName(name) ? { kind: 'variable', start, end: end + 1, name } : null;
	};

	for (let i = 0; i < source.length; i++) {
		const char = source[i];
		if (char !== '{' && char !== '}') continue;
		text(textStart, i);
		const doubled = source[i + 1] === char;
		if (char === '{') {
			open.push({ doubled, at: i, piece: pieces.length });
			text(i, doubled ? i + 2 : i + 1);
			if (doubled) i++;
			lastBrace = i;
			textStart = i + 1;
			continue;
		}
		const top = open.at(-1);
		if (top?.doubled === true && doubled) {
			open.pop();
			pieces[top.piece] = { kind: 'brace', start: top.at, end: top.at + 2, text: '{' };
			pieces.push({ kind: 'brace', start: i, end: i + 2, text: '}' });
			i++;
		} else if (top?.doubled === true) {
			// Two braces opened but one closes: they were two single ones, and this closes the inner.
			open.pop();
			open.push({ doubled: false, at: top.at, piece: top.piece });
			const inner = variable(top.at + 1, i);
			if (inner === null) text(i, i + 1);
			else {
				pieces.length = top.piece;
				text(top.at, top.at + 1);
				pieces.push(inner);
			}
		} else {
			if (top !== undefined) open.pop();
			const found = top === undefined ? null : variable(top.at, i);
			if (found === null || top === undefined) text(i, i + 1);
			else {
				pieces.length = top.piece;
				pieces.push(found);
			}
		}
		lastBrace = i;
		textStart = i + 1;
	}
	text(textStart, source.length);

	const segments = joinTexts(pieces);
	const variables = new Set<string>();
	for (const segment of segments) if (segment.kind === 'variable') variables.add(segment.name);
	return { source, segments, variables: [...variables] };
}

function joinTexts(pieces: readonly Segment[]): Segment[] {
	const joined: Segment[] = [];
	let run: Segment[] = [];
	const flush = (): void => {
		const first = run[0];
		const last = run.at(-1);
		if (first !== undefined && last !== undefined) {
			const text = run.map((piece) => (piece.kind === 'variable' ? '' : piece.text)).join('');
			joined.push({ kind: 'text', start: first.start, end: last.end, text });
		}
		run = [];
	};
	for (const piece of pieces) {
		if (piece.kind === 'text') {
			run.push(piece);
			continue;
		}
		flush();
		joined.push(piece);
	}
	flush();
	return joined;
}

/** Puts the values in, once: a value is never scanned for braces. */
export function renderTemplate(
	template: ParsedTemplate,
	valueOf: (variable: string) => string,
): string {
	let sent = '';
	for (const segment of template.segments)
		sent += segment.kind === 'variable' ? valueOf(segment.name) : segment.text;
	return sent;
}

/** Names between a doubled pair that are columns: `{{name}}` sends `{name}`, seldom what was meant. */
export function doubledColumns(
	template: ParsedTemplate,
	isColumn: (name: string) => boolean,
): string[] {
	const found = new Set<string>();
	const { segments } = template;
	for (let i = 0; i + 2 < segments.length; i++) {
		const [before, middle, after] = [segments[i], segments[i + 1], segments[i + 2]];
		if (before?.kind !== 'brace' || after?.kind !== 'brace' || middle?.kind !== 'text') continue;
		if (before.text !== '{' || after.text !== '}') continue;
		const name = trimBlanks(middle.text);
		if (isColumn(name)) found.add(name);
	}
	return [...found];
}

/** Column names that stand in braces but hold characters that no variable can: sent as they are. */
export function unnameableColumns(
	template: ParsedTemplate,
	isColumn: (name: string) => boolean,
): string[] {
	const found = new Set<string>();
	for (const segment of template.segments) {
		if (segment.kind !== 'text') continue;
		for (const match of segment.text.matchAll(/\{([^{}\n]{1,200})\}/g)) {
			const name = trimBlanks(match[1] ?? '');
			if (!isVariableName(name) && isColumn(name)) found.add(name);
		}
	}
	return [...found];
}

/** The name most like `name`, for "did you mean …?"; null where none is near. */
export function nearestName(name: string, candidates: readonly string[]): string | null {
	const wanted = name.toLowerCase();
	let best: string | null = null;
	let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
	for (const candidate of candidates) {
		const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance);
		if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
	}
	return best;
}

/** Levenshtein distance, given up as `limit` once it cannot be less. */
function editDistance(a: string, b: string, limit: number): number {
	if (Math.abs(a.length - b.length) >= limit) return limit;
	let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const current = [i];
		for (let j = 1; j <= b.length; j++) {
			const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
			current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
		}
		if (Math.min(...current) >= limit) return limit;
		previous = current;
	}
	return previous[b.length] ?? limit;
}
