import type { TemplateDraft } from './draft.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { roles, type Message, type Role } from './prompt.ts';
import { readJson } from './read-json.ts';
import { err, ok, type Result } from './result.ts';

export interface TemplatesRead {
	readonly templates: readonly TemplateDraft[];
	/** Keys of the file that no template has a place for. */
	readonly ignored: readonly string[];
}

/** Sentences: which file, which line or template, what to do. */
export type TemplateFaults = readonly string[];

/** What is typed into a field has single line feeds; so has what comes from a file. */
export const withLineFeeds = (text: string): string => text.replace(/\r\n?/g, '\n');

/** A prompt that is one text: the same in either form. */
export function ofText(text: string): TemplateDraft {
	const content = withLineFeeds(text);
	const messages: readonly Message[] = [
		{ role: 'system', content: '' },
		{ role: 'user', content },
	];
	return { messages, prompt: content };
}

const isRole = (value: unknown): value is Role => roles.some((role) => role === value);

const isMessage = (value: unknown): boolean => isJsonObject(value) && Object.hasOwn(value, 'role');

const formsOfTemplate =
	'a text, a list of {"role", "content"}, {"messages": [...]}, {"prompt": "..."} or {"system": "...", "user": "..."}';

function described(value: unknown): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'string'
		? 'text'
		: typeof value === 'object'
			? 'an object'
			: `a ${typeof value}`;
}

const mostFaults = 8;

/** The first few of them, and how many more there are: a file of another kind may have one in each of a million lines. */
export const firstFaults = (faults: TemplateFaults, count = faults.length): TemplateFaults =>
	count <= mostFaults
		? faults
		: [
				...faults.slice(0, mostFaults),
				`${(count - mostFaults).toLocaleString('en')} more of the kind are not listed.`,
			];

/** Gathers the templates of one file, and the first of its faults. */
export class TemplateReader {
	readonly #templates: TemplateDraft[] = [];
	readonly #faults: string[] = [];
	#faultCount = 0;
	readonly #ignored = new Set<string>();

	add(template: TemplateDraft): void {
		this.#templates.push(template);
	}

	get result(): Result<TemplatesRead, TemplateFaults> {
		return this.#faults.length > 0
			? err(firstFaults(this.#faults, this.#faultCount))
			: ok({ templates: this.#templates, ignored: [...this.#ignored] });
	}

	/** Each line that is not blank is a template. */
	readLines(name: string, text: string): void {
		for (const [i, line] of text.split(/\r\n|\r|\n/).entries()) {
			if (line.trim() === '') continue;
			const place = `${name}, line ${String(i + 1)}`;
			const value = this.#parsed(place, line, true);
			if (value !== undefined) this.#readOne(place, value);
		}
	}

	readJson(name: string, text: string): void {
		const value = this.#parsed(name, text);
		if (value === undefined) return;
		if (!Array.isArray(value)) {
			this.#readOne(name, value);
			return;
		}
		const list: readonly unknown[] = value;
		if (list.length === 0) this.#fault(`${name} holds no template: its list is empty.`);
		else if (list.some(isMessage)) this.#readMessages(name, list);
		else for (const [i, one] of list.entries()) this.#readOne(nth(name, 'template', i), one);
	}

	/** Undefined where it is no JSON. */
	#parsed(place: string, text: string, isOneLine = false): unknown {
		const read = readJson(text, isOneLine);
		if (read.ok) return read.value;
		this.#fault(`${place} ${read.error}.`);
		return undefined;
	}

	#readOne(place: string, value: unknown): void {
		if (typeof value === 'string') this.add(ofText(value));
		else if (Array.isArray(value)) this.#readMessages(place, value);
		else if (isJsonObject(value)) this.#readObject(place, value);
		else this.#fault(`${place} is ${described(value)}. A template is ${formsOfTemplate}.`);
	}

	#readObject(place: string, value: JsonObject): void {
		const keys = Object.keys(value);
		if (Object.hasOwn(value, 'messages')) {
			this.#readMessagesKey(place, value['messages']);
			this.#ignore(keys.filter((key) => key !== 'messages'));
		} else if (Object.hasOwn(value, 'prompt')) {
			this.#readPromptKey(place, value['prompt']);
			this.#ignore(keys.filter((key) => key !== 'prompt'));
		} else if (isMessage(value)) {
			this.#fault(
				`${place} is a single message. Write a template's messages as one list: [{"role": "user", "content": "..."}].`,
			);
		} else if (keys.some(isRole)) {
			const list = keys.filter(isRole).map((role) => ({ role, content: value[role] }));
			this.#readMessages(place, list);
			this.#ignore(keys.filter((key) => !isRole(key)));
		} else this.#fault(`${place} holds no prompt. A template is ${formsOfTemplate}.`);
	}

	#readMessagesKey(place: string, value: unknown): void {
		const list: readonly unknown[] | null = Array.isArray(value) ? value : null;
		if (list === null)
			this.#fault(`${place}: “messages” is ${described(value)}. It must be a list.`);
		else if (list.length > 0 && list.every(Array.isArray))
			for (const [i, one] of list.entries())
				this.#readMessages(nth(place, 'template', i), one as readonly unknown[]);
		else this.#readMessages(place, list);
	}

	#readPromptKey(place: string, value: unknown): void {
		const list: readonly unknown[] = Array.isArray(value) ? value : [value];
		if (list.length === 0) this.#fault(`${place}: “prompt” is an empty list.`);
		for (const one of list)
			if (typeof one === 'string') this.add(ofText(one));
			else this.#fault(`${place}: “prompt” is ${described(one)}. It must be text.`);
	}

	#readMessages(place: string, list: readonly unknown[]): void {
		if (list.length === 0) this.#fault(`${place} has no messages. Write at least one.`);
		const messages = list.flatMap((one, i) => this.#message(nth(place, 'message', i), one) ?? []);
		if (messages.length === list.length && list.length > 0) this.add({ messages, prompt: '' });
	}

	#message(place: string, value: unknown): Message | null {
		if (!isJsonObject(value)) {
			this.#fault(
				`${place} is ${described(value)}. A message is {"role": "user", "content": "..."}.`,
			);
			return null;
		}
		const { role, content, ...rest } = value;
		this.#ignore(Object.keys(rest));
		if (!isRole(role))
			this.#fault(
				`${place} has the role ${role === undefined ? 'of nobody' : JSON.stringify(role).slice(0, 60)}. The roles are ${roles.join(', ')}.`,
			);
		if (typeof content !== 'string')
			this.#fault(
				`${place}: its content is ${content === undefined ? 'missing' : described(content)}. It must be text.`,
			);
		return isRole(role) && typeof content === 'string'
			? { role, content: withLineFeeds(content) }
			: null;
	}

	#fault(message: string): void {
		this.#faultCount++;
		if (this.#faults.length < mostFaults) this.#faults.push(message);
	}

	#ignore(keys: readonly string[]): void {
		for (const key of keys) this.#ignored.add(key.slice(0, 60));
	}
}

const nth = (place: string, what: string, index: number): string =>
	`${place}, ${what} ${String(index + 1)}`;
