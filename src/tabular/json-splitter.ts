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
	#held = '';
	/** Where in the held text to go on looking. */
	#at = 0;
	/** Where in the held text the element begins. */
	#start = 0;
	/** Brackets open within the element. */
	#depth = 0;
	#isInText = false;
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
		this.#held += text;
		const pieces = this.#form === 'lines' ? this.#lines() : this.#elements();
		this.#held = this.#held.slice(this.#start);
		this.#at -= this.#start;
		this.#start = 0;
		if (this.#fault === null && this.#held.length > this.#longest) this.#fault = 'tooLong';
		return pieces;
	}

	/** What is left over at the end of the text. */
	finish(): readonly JsonPiece[] {
		const rest = this.#held.trim();
		if (this.#form === 'array') {
			if (!this.#isListClosed) this.#fault ??= this.#isListOpen ? 'unclosed' : 'noList';
			return [];
		}
		if (rest === '') return [];
		if (this.#depth > 0 || this.#isInText) {
			this.#fault ??= 'unclosed';
			return [];
		}
		return [this.#piece(this.#held.length)];
	}

	#lines(): JsonPiece[] {
		const pieces: JsonPiece[] = [];
		for (;;) {
			const end = this.#held.indexOf('\n', this.#at);
			if (end === -1) {
				this.#at = this.#held.length;
				return pieces;
			}
			const piece = this.#piece(end);
			this.#at = this.#start = end + 1;
			if (piece.text !== '') pieces.push(piece);
		}
	}

	#elements(): JsonPiece[] {
		const pieces: JsonPiece[] = [];
		const text = this.#held;
		while (this.#at < text.length && this.#fault === null) {
			if (this.#isInText) {
				const end = endOfText(text, this.#at);
				this.#at = end === -1 ? text.length : end + 1;
				this.#isInText = end === -1;
				continue;
			}
			const at = this.#at++;
			const code = text.charCodeAt(at);
			if (isBlank(code)) {
				// Blanks before an element are not held.
				if (this.#start === at) this.#start = this.#at;
			} else if (this.#isListClosed) this.#fault = 'textBehind';
			else if (code === quote) this.#isInText = true;
			else if (isOpener(code)) this.#open();
			else if (isCloser(code)) this.#close(at, pieces);
			else if (code === comma && this.#depth === 0 && this.#form === 'array') {
				pieces.push(this.#piece(at));
				this.#start = this.#at;
			}
		}
		return pieces;
	}

	#open(): void {
		if (this.#form === 'array' && !this.#isListOpen) {
			this.#isListOpen = true;
			this.#start = this.#at;
		} else this.#depth++;
	}

	#close(at: number, pieces: JsonPiece[]): void {
		if (this.#depth > 0) {
			this.#depth--;
			if (this.#depth > 0 || this.#form === 'array') return;
			pieces.push(this.#piece(this.#at));
		} else {
			// One too many stays in the element, which is then no JSON.
			if (this.#form === 'values') return;
			this.#isListClosed = true;
			const isEmptyList = this.#number === 0 && this.#held.slice(this.#start, at).trim() === '';
			if (!isEmptyList) pieces.push(this.#piece(at));
		}
		this.#start = this.#at;
	}

	#piece(end: number): JsonPiece {
		return { text: this.#held.slice(this.#start, end).trim(), number: ++this.#number };
	}
}
