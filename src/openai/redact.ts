import { mostDepth } from '#domain/json.ts';
import {
	inBase64,
	names,
	inHex,
	mostEncoded,
	piecesOf,
	withoutPieces,
	type Pieces,
} from './key-pieces.ts';

const mark = '[redacted]';
const leftOut = '(left out)';

/** A shorter key guards nothing, and is a word as likely as not ("x", "ollama"): it is not looked for. */
export const leastSecret = 8;
/** In answers only from this length on: a placeholder ("lm-studio", "not-needed") must not be cut out of what a model says. */
const leastInAnswers = 12;
/** A piece of a key that is this long did not come about by chance; in the words of a failure one may be shorter. */
const leastPieceOfAnswer = 12;
const leastPieceOfFailure = 8;
/** Three characters, three stars and the last four. */
const leastShown = 10;

/** Key-like words whoever they belong to: an endpoint may echo another key than the one that was sent. */
const keyLike = [
	/\bsk-[\w*-]{10,}/g,
	/\b(?:gsk_|hf_|xai-|pplx-|AIza)[\w-]{16,}/g,
	/\bBearer\s+[\w.~+/*-]{8,}=*/gi,
	/\b(api[-_]?key["']?\s*[:=]\s*["']?)[\w*-]{8,}/gi,
];

const nameOf = new Map([...names].map(([name, character]) => [character, name]));

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** Bounded: at each of very many backslashes all that follow would be looked at. Each escaping doubles them. */
const backslashes = '\\\\{1,64}';

/** A character as it is, %-encoded any number of times, or escaped as in JSON, JavaScript or HTML, any number of times. */
function spelled(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	const escapable = '"\\/'.includes(character) ? `(?:${backslashes})?` : '';
	const percent = inHex(character)
		.map((byte) => `%(?:25)*${byte}`)
		.join('');
	const number = code.toString(16);
	const name = nameOf.get(character);
	const entity = `#0*${String(code)}|#x0*${number}${name === undefined ? '' : `|${name}`}`;
	return `(?:${escapable}${escaped(character)}|${percent}|${backslashes}(?:u${number.padStart(4, '0')}|u\\{0*${number}\\}|x${number.padStart(2, '0')})|&(?:amp;)*(?:${entity});?)`;
}

const spelledOut = (text: string): string => [...text].map(spelled).join('');

/** Base64 and base64url of a text that holds the secret at any place. */
const anyBase64 = (secret: string): readonly string[] =>
	inBase64(secret).map(({ text, hasRest }) => {
		const either = [...text].map((one) =>
			one === '+' ? '(?:\\+|-|%(?:25)*2B)' : one === '/' ? '(?:\\\\*\\/|_|%(?:25)*2F)' : one,
		);
		// The rest of its last byte.
		return `${either.join('')}${hasRest ? '[\\w+/-]?' : ''}`;
	});

/** What every key of a provider begins with tells nothing of it. */
const withoutKind = (secret: string): string =>
	secret.replace(/^(?:[a-z]{2,8}\d{0,2}[-_]){1,3}/i, '');

interface Secret {
	readonly text: string;
	/** Whole, in any of its encodings. */
	readonly whole: readonly RegExp[];
	/** Cut to its ends around a row of stars, as OpenAI's 401 shows it. */
	readonly ends: RegExp | null;
	/** So much as an error may show of it and an answer may have by chance. */
	readonly partial: readonly RegExp[];
	/** Empty where a piece could be a word. */
	readonly pieces: Pieces;
}

function read(secret: string): Secret {
	const end = secret.slice(-mostEncoded);
	const wide = [
		spelledOut(end),
		inHex(end).join('[\\s:,]?'),
		[...end].reverse().map(escaped).join(''),
	];
	const random = withoutKind(secret);
	const stars = '[*•.…]{3,}';
	const shown = `${escaped(secret.slice(0, 3))}[^\\s*•…]{0,8}${stars}`;
	const last = escaped(secret.slice(-4));
	const isLong = secret.length >= leastInAnswers;
	const isRandom = random.length >= 16 && /\d/.test(random) && /[a-z]/i.test(random);
	return {
		text: secret,
		whole: [new RegExp(wide.join('|'), 'gi'), new RegExp(anyBase64(end).join('|'), 'g')],
		ends: isLong ? new RegExp(shown + last, 'g') : null,
		partial: isLong
			? [new RegExp(`${shown}(?:${last}|[\\w-]{0,8})`, 'g'), new RegExp(stars + last, 'g')]
			: [],
		pieces: isRandom ? piecesOf(random) : new Map(),
	};
}

/**
 * Takes keys out of all that comes from an endpoint, before it is stored, shown or sent anywhere. It knows every key that it
 * was ever told: one that was forgotten may still come back in an answer that is on its way.
 */
export class Redactor {
	readonly #secrets = new Map<string, Secret>();

	constructor(secrets: readonly string[] = []) {
		for (const secret of secrets) this.learn(secret);
	}

	learn(secret: string): void {
		if (secret.length >= leastSecret && !this.#secrets.has(secret))
			this.#secrets.set(secret, read(secret));
	}

	/** Out of what a model says: the keys it was told, in any encoding, and nothing that only looks like one. */
	answer(text: string): string {
		return safely(text, (one) => this.#answer(one));
	}

	/** Out of what is said of a failure: also what looks like a key, whoever's, and what is left of one. */
	failure(text: string): string {
		return safely(text, (one) => this.#failure(one));
	}

	#answer(text: string): string {
		let clean = text;
		for (const secret of this.#secrets.values()) {
			if (secret.ends === null || clean.length < leastShown) continue;
			clean = withoutWhole(clean, secret).replace(secret.ends, mark);
			clean = withoutPieces(clean, secret.pieces, leastPieceOfAnswer, mark);
		}
		return clean;
	}

	#failure(text: string): string {
		let clean = text;
		for (const secret of this.#secrets.values()) {
			clean = withoutPieces(withoutWhole(clean, secret), secret.pieces, leastPieceOfFailure, mark);
			for (const pattern of secret.partial) clean = clean.replace(pattern, mark);
		}
		for (const pattern of keyLike)
			clean = clean.replace(pattern, (_, label: unknown) =>
				typeof label === 'string' ? label + mark : mark,
			);
		return clean;
	}

	/** As `answer`, in every text and every name of a parsed body; the same body where nothing is in it. */
	body<T>(body: T): T {
		// Whatever is changed of it keeps its form.
		return this.#secrets.size === 0 ? body : (this.#body(body, 0) as T);
	}

	#body(value: unknown, depth: number): unknown {
		if (typeof value === 'string') return this.answer(value);
		if (typeof value !== 'object' || value === null) return value;
		// So deep it is no completion, and is not kept.
		if (depth > mostDepth) return null;
		if (Array.isArray(value)) {
			const clean = value.map((one) => this.#body(one, depth + 1));
			return clean.some((one, i) => one !== value[i]) ? clean : value;
		}
		// Nearly every body holds none: nothing is built before one is found.
		const members: [string, unknown][] = Object.entries(value);
		let changed = false;
		for (const member of members) {
			const [name, held] = member;
			member[0] = this.answer(name);
			member[1] = this.#body(held, depth + 1);
			changed ||= member[0] !== name || member[1] !== held;
		}
		return changed ? Object.fromEntries(named(members)) : value;
	}
}

/** Where a text cannot be looked through it is left out: neither is it let in as it came, nor is its answer lost. */
function safely(text: string, redact: (text: string) => string): string {
	try {
		return redact(text);
	} catch {
		return leftOut;
	}
}

function withoutWhole(text: string, { text: secret, whole }: Secret): string {
	// In base64 the first and the last character belong in part to what stands beside.
	if (text.length < Math.min(secret.length, mostEncoded) - 2) return text;
	let clean = text.replaceAll(secret, mark);
	for (const pattern of whole) clean = clean.replace(pattern, mark);
	return clean;
}

/** Two names that are the same without the key both stay. */
function named(members: readonly [string, unknown][]): [string, unknown][] {
	const taken = new Set<string>();
	return members.map(([name, member]) => {
		let free = name;
		for (let n = 2; taken.has(free); n++) free = `${name} ${String(n)}`;
		taken.add(free);
		return [free, member];
	});
}
