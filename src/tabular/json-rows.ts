import { readJson } from '#domain/read-json.ts';
import { assertNever, err, ok, type Result } from '#domain/result.ts';
import type { JsonForm } from './json-form.ts';
import { membersOf } from './json-members.ts';
import { JsonSplitter, type JsonPiece, type JsonSplitFault } from './json-splitter.ts';
import type { TableLimits } from './limits.ts';
import { quoted } from './wording.ts';

export interface JsonRow {
	readonly members: ReadonlyMap<string, string>;
	/** How it is spoken of, such as `line 3`. */
	readonly place: string;
	readonly text: string;
}

/** The objects of a JSON file whose text arrives in pieces. After a fault it must not be used. */
export class JsonRows {
	readonly #form: JsonForm;
	readonly #limits: TableLimits;
	readonly #isChecked: boolean;
	readonly #splitter: JsonSplitter;
	#fault: string | null = null;

	/** `isChecked`: all of it was read before, and is known to be rows of valid JSON. */
	constructor(form: JsonForm, limits: TableLimits, isChecked: boolean) {
		this.#isChecked = isChecked;
		this.#form = form;
		this.#limits = limits;
		this.#splitter = new JsonSplitter(form, limits.rowCharacters);
	}

	/** Why it cannot be read on: what follows the file's name and a comma. */
	get fault(): string | null {
		return this.#fault;
	}

	push(text: string): readonly JsonRow[] {
		return this.#rows(this.#splitter.push(text));
	}

	finish(): readonly JsonRow[] {
		return this.#rows(this.#splitter.finish());
	}

	#rows(pieces: readonly JsonPiece[]): JsonRow[] {
		const rows: JsonRow[] = [];
		for (const { text, number } of pieces) {
			const place = this.#place(number);
			const members = this.#membersOf(text);
			if (!members.ok) {
				this.#fault ??= `${place}: ${members.error}`;
				return rows;
			}
			rows.push({ members: members.value, place, text });
		}
		const { fault, number } = this.#splitter;
		if (fault !== null) this.#fault ??= `${this.#place(number)}: ${this.#splitFault(fault)}`;
		return rows;
	}

	#place(number: number): string {
		const what = this.#form === 'lines' ? 'line' : this.#form === 'array' ? 'element' : 'object';
		return `${what} ${number.toLocaleString('en-US')}`;
	}

	#membersOf(text: string): Result<ReadonlyMap<string, string>, string> {
		if (this.#isChecked) return ok(membersOf(text));
		const parsed = readJson(text, this.#form === 'lines');
		if (!parsed.ok) return err(`it ${parsed.error}. Mend it and load the file again.`);
		const { value } = parsed;
		if (!text.startsWith('{'))
			return err(
				`it is ${kindOf(value)}, not an object. Each row must be an object with the columns as its names, such as {"id": 1, "text": "…"}.`,
			);
		const members = membersOf(text);
		const { cellCharacters } = this.#limits;
		for (const [name, cell] of members)
			if (cell.length > cellCharacters)
				return err(
					`the value of ${quoted(name)} is longer than ${cellCharacters.toLocaleString('en-US')} characters. Shorten it.`,
				);
		return ok(members);
	}

	#splitFault(fault: JsonSplitFault): string {
		switch (fault) {
			case 'tooLong':
				return `it is longer than ${this.#limits.rowCharacters.toLocaleString('en-US')} characters. Shorten it, or look for a bracket or a quote that is missing.`;
			case 'unclosed':
				return 'it is not closed before the file ends. Look for a bracket or a quote that is missing, or for the rest of the file.';
			case 'noList':
				return 'there is no list of objects.';
			case 'textBehind':
				return 'there is more text behind the end of the list. A file holds one list, or one object a line.';
			default:
				return assertNever(fault);
		}
	}
}

function kindOf(value: unknown): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}
