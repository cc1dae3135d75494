import { endOfText } from '#domain/json-text.ts';
import type { JsonForm } from './json-form.ts';

export interface JsonPiece {
	readonly text: string;
	/** Which line of the file, or which element, from 1. */
	readonly number: number;
}

export type JsonSplitFault = 'tooLong' | 'unclosed' | 'noList' | 'textBehind';

const quote = 0x22;
const comma = 0x2c;
const isOpener = (code: number): boolean => code === 0x5b || code === 0x7b;
const isCloser = (code: number): boolean => code === 0x5d || code === 0x7d;
const isBlank = (code: number): boolean =>
	code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/**
 * Cuts JSON that arrives in pieces of text into its lines or elements, in linear time and with no more than one of them
 * held. Whether each is right JSON is for who reads it. After a fault it must not be used.
 */
export class JsonSplitter {
	readonly #form: JsonForm;
	readonly #longest: number;
	#fault: JsonSplitFault | null = null;
	/** The line or element so far, in the pieces in which it came: to join them each time would take time in squares. */
	#held: string[] = [];
	#heldLength = 0;
	/** Brackets open within the element. */
	#depth = 0;
	#isInText = false;
	/** Whether the text broke off behind a backslash, which makes the next character no quote. */
	#isEscaped = false;
	#isListOpen = false;
	#isListClosed = false;
	#number = 0;

	/** `longest`: characters that a line or an element may have. */
	constructor(form: JsonForm, longest: number) {
		this.#form = form;
		this.#longest = longest;
	}

	get fault(): JsonSplitFault | null {
		return this.#fault;
	}

	/** The line or element that it is at, from 1. */
	get number(): number {
		return this.#number + 1;
	}

	push(text: string): readonly JsonPiece[] {
		const pieces: JsonPiece[] = [];
		const start = this.#form === 'lines' ? this.#lines(text, pieces) : this.#elements(text, pieces);
		if (start < text.length) {
			this.#held.push(text.slice(start));
			this.#heldLength += text.length - start;
		}
		if (this.#fault === null && this.#heldLength > this.#longest) this.#fault = 'tooLong';
		return pieces;
	}

	/** What is left over at the end of the text. */
	finish(): readonly JsonPiece[] {
		if (this.#form === 'array') {
			if (!this.#isListClosed) this.#fault ??= this.#isListOpen ? 'unclosed' : 'noList';
			return [];
		}
		if (this.#held.every((text) => text.trim() === '')) return [];
		if (this.#depth > 0 || this.#isInText) {
			this.#fault ??= 'unclosed';
			return [];
		}
		return [this.#piece('')];
	}

	/** Gives back where in the text begins what is not whole yet. */
	#lines(text: string, pieces: JsonPiece[]): number {
		for (let start = 0; ;) {
			const end = text.indexOf('\n', start);
			if (end === -1) return start;
			const piece = this.#piece(text.slice(start, end));
			start = end + 1;
			if (piece.text !== '') pieces.push(piece);
		}
	}

	/** As `#lines`. */
	#elements(text: string, pieces: JsonPiece[]): number {
		let start = 0;
		for (let at = 0; at < text.length && this.#fault === null; at++) {
			if (this.#isInText) {
				at = this.#pastText(text, at);
				continue;
			}
			const code = text.charCodeAt(at);
			if (isBlank(code)) {
				// Blanks before an element are not held.
				if (start === at && this.#heldLength === 0) start = at + 1;
			} else if (this.#isListClosed) this.#fault = 'textBehind';
			else if (code === quote) this.#isInText = true;
			else if (isOpener(code)) {
				if (this.#form === 'values' || this.#isListOpen) this.#depth++;
				else {
					this.#isListOpen = true;
					start = at + 1;
				}
			} else if (isCloser(code)) {
				if (this.#close(text.slice(start, at), text.charAt(at), pieces)) start = at + 1;
			} else if (code === comma && this.#depth === 0 && this.#form === 'array') {
				pieces.push(this.#piece(text.slice(start, at)));
				start = at + 1;
			}
		}
		return start;
	}

	/** The place of the quote that closes the text that `from` lies in, or of the last character. */
	#pastText(text: string, from: number): number {
		const isEscaped = this.#isEscaped;
		this.#isEscaped = false;
		if (isEscaped) return from;
		const end = endOfText(text, from);
		this.#isInText = end === -1;
		if (end !== -1) return end;
		let slashes = 0;
		while (text.length - 1 - slashes >= from && text.endsWith('\\', text.length - slashes))
			slashes++;
		this.#isEscaped = slashes % 2 === 1;
		return text.length - 1;
	}

	/** Whether the closing bracket ends what is held; `before` is what stands before it. */
	#close(before: string, closer: string, pieces: JsonPiece[]): boolean {
		if (this.#depth > 0) {
			this.#depth--;
			if (this.#depth > 0 || this.#form === 'array') return false;
			pieces.push(this.#piece(before + closer));
			return true;
		}
		// One too many stays in the element, which is then no JSON.
		if (this.#form === 'values') return false;
		this.#isListClosed = true;
		const last = this.#piece(before);
		const isEmptyList = last.number === 1 && last.text === '';
		if (isEmptyList) this.#number = 0;
		else pieces.push(last);
		return true;
	}

	/** What was held, and the text behind it: whole now. */
	#piece(text: string): JsonPiece {
		const whole = this.#held.length === 0 ? text : [...this.#held, text].join('');
		this.#held = [];
		this.#heldLength = 0;
		return { text: whole.trim(), number: ++this.#number };
	}
}
