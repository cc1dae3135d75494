import { placeOf, plannedRequests, requestAt, type PlanSize } from './plan.ts';

/** So many answers can be compared across templates and models: four bytes each. */
const mostJoined = 20_000_000;
/** So many templates times models: each is compared with each other. */
export const mostCompared = 64;
/** So many different answers are told apart for kappa. */
const mostKinds = 10_000;

/** How the several choices of single prompts agree. */
export interface Accord {
	/** Prompts with two or more complete answers. */
	readonly prompts: number;
	/** Those of which all are equal. */
	readonly unanimous: number;
	/** The mean, over the prompts, of the share of pairs of answers that are equal; 0 where there are no prompts. */
	readonly meanPairs: number;
}

/** How the answers for the same row agree across templates and models. */
export interface Crossing {
	/** Rows that every template and model has a complete answer for. */
	readonly rows: number;
	/** Those of which all are equal. */
	readonly unanimous: number;
	readonly templates: number;
	readonly models: number;
	/** For each pair of places template × models + model, the smaller one first: rows that both have answered, and equally. */
	readonly pairs: readonly CrossedPair[];
}

export interface CrossedPair {
	readonly a: number;
	readonly b: number;
	readonly both: number;
	readonly equal: number;
}

export interface AgreementFigures {
	/** Null where a prompt has one choice. */
	readonly choices: Accord | null;
	/**
	 * Fleiss’ kappa of the choices (“Measuring nominal scale agreement among many raters”, Psychological Bulletin 76, 1971) over
	 * the prompts of which every choice asked for is complete; null where there is none, where the answers are all of one
	 * kind, and where they are of too many.
	 */
	readonly kappa: number | null;
	/** Null where there is one template and one model; where there are too many to compare, `isTooLarge`. */
	readonly crossing: Crossing | null;
	readonly isTooLarge: boolean;
}

class AccordSum {
	#prompts = 0;
	#unanimous = 0;
	#pairs = 0;

	/** `share`: of its pairs that are equal. */
	add(share: number): void {
		this.#prompts += 1;
		if (share === 1) this.#unanimous += 1;
		this.#pairs += share;
	}

	get accord(): Accord {
		const meanPairs = this.#prompts === 0 ? 0 : this.#pairs / this.#prompts;
		return { prompts: this.#prompts, unanimous: this.#unanimous, meanPairs };
	}
}

/** Fleiss’ kappa, prompt by prompt. */
class Kappa {
	readonly #raters: number;
	readonly #kinds = new Map<number, number>();
	#prompts = 0;
	#pairs = 0;
	#tooMany = false;

	constructor(raters: number) {
		this.#raters = raters;
	}

	add(answers: readonly number[], share: number): void {
		if (answers.length !== this.#raters || this.#tooMany) return;
		this.#prompts += 1;
		this.#pairs += share;
		for (const answer of answers) this.#kinds.set(answer, (this.#kinds.get(answer) ?? 0) + 1);
		this.#tooMany = this.#kinds.size > mostKinds;
	}

	get value(): number | null {
		if (this.#tooMany || this.#prompts === 0) return null;
		const ratings = this.#prompts * this.#raters;
		const byChance = [...this.#kinds.values()].reduce((sum, n) => sum + (n / ratings) ** 2, 0);
		if (this.#kinds.size < 2) return null;
		return (this.#pairs / this.#prompts - byChance) / (1 - byChance);
	}
}

/**
 * Whether answers are the same, by a hash of 32 bits of each: two different ones are taken for equal once in four thousand
 * million comparisons. Requests come in any order; a request has to be added but once.
 */
export class Agreement {
	readonly #size: PlanSize;
	readonly #repeats: number;
	/** Of the plan: templates of a paired one are one. */
	readonly #templates: number;
	readonly #choicesAsked: number;
	readonly #overall = new AccordSum();
	readonly #byCell: readonly AccordSum[];
	readonly #kappa: Kappa;
	/** By request: its most frequent answer; 0 for none. Null where nothing has to be joined, or too much. */
	readonly #answers: Uint32Array | null;
	readonly #isTooLarge: boolean;
	readonly #both: Float64Array;
	readonly #equal: Float64Array;
	#rows = 0;
	#unanimous = 0;

	/** `cells`: how many kinds of prompts the choices' agreement is also told of apart. */
	constructor(size: PlanSize, choicesPerRequest: number, cells: number) {
		const { models, repeats = 1, paired = false } = size;
		this.#size = size;
		this.#repeats = repeats;
		this.#templates = paired ? 1 : size.templates;
		this.#choicesAsked = choicesPerRequest * repeats;
		this.#byCell = Array.from({ length: cells }, () => new AccordSum());
		this.#kappa = new Kappa(this.#choicesAsked);
		const places = this.#templates * models;
		const joins = places > 1 || repeats > 1;
		const planned = plannedRequests(size);
		this.#isTooLarge = joins && (planned > mostJoined || places > mostCompared);
		this.#answers = joins && !this.#isTooLarge ? new Uint32Array(planned) : null;
		const pairs = this.#answers === null ? 0 : places * places;
		this.#both = new Float64Array(pairs);
		this.#equal = new Float64Array(pairs);
	}

	/** `answers`: hashes of the complete answers of a request, none of them 0. */
	add(request: number, answers: readonly number[], cell: number): void {
		if (this.#repeats === 1) this.#choices(answers, cell);
		const answer = mostFrequent(answers);
		if (this.#answers === null || answer === 0) return;
		this.#answers[request] = answer;
		if (this.#repeats > 1) this.#repeated(request, cell);
		if (this.#places > 1) this.#cross(request, answer);
	}

	accordOf(cell: number): Accord | null {
		return this.#choicesAsked > 1 ? (this.#byCell[cell]?.accord ?? null) : null;
	}

	get figures(): AgreementFigures {
		const several = this.#choicesAsked > 1;
		const crosses = this.#answers !== null && this.#places > 1;
		return {
			choices: several ? this.#overall.accord : null,
			kappa: several ? this.#kappa.value : null,
			crossing: crosses
				? {
						rows: this.#rows,
						unanimous: this.#unanimous,
						templates: this.#templates,
						models: this.#size.models,
						pairs: this.#pairs(),
					}
				: null,
			isTooLarge: this.#isTooLarge,
		};
	}

	get #places(): number {
		return this.#templates * this.#size.models;
	}

	#choices(answers: readonly number[], cell: number): void {
		if (answers.length < 2) return;
		const share = equalPairs(answers);
		this.#overall.add(share);
		this.#byCell[cell]?.add(share);
		this.#kappa.add(answers, share);
	}

	/** Each repeat brings one choice; the prompt counts once all of them are there. */
	#repeated(request: number, cell: number): void {
		const first = request - (request % this.#repeats);
		const answers = Array.from(this.#answers?.subarray(first, first + this.#repeats) ?? []);
		if (!answers.includes(0)) this.#choices(answers, cell);
	}

	/** Of several repeats the first stands for all. */
	#cross(request: number, answer: number): void {
		const { promptIndex, rowIndex, modelIndex, repeat = 0 } = placeOf(request, this.#size);
		if (repeat > 0) return;
		const { models } = this.#size;
		const places = this.#places;
		const own = (this.#templates === 1 ? 0 : promptIndex) * models + modelIndex;
		let isFull = true;
		let isUnanimous = true;
		for (let other = 0; other < places; other++) {
			if (other === own) continue;
			const model = other % models;
			const place = { promptIndex: (other - model) / models, rowIndex, modelIndex: model };
			const their = this.#answers?.[requestAt(place, this.#size)] ?? 0;
			if (their === 0) {
				isFull = false;
				continue;
			}
			const pair = Math.min(own, other) * places + Math.max(own, other);
			this.#both[pair] = (this.#both[pair] ?? 0) + 1;
			if (their === answer) this.#equal[pair] = (this.#equal[pair] ?? 0) + 1;
			else isUnanimous = false;
		}
		if (!isFull) return;
		this.#rows += 1;
		if (isUnanimous) this.#unanimous += 1;
	}

	#pairs(): readonly CrossedPair[] {
		const places = this.#places;
		const pairs: CrossedPair[] = [];
		for (let a = 0; a < places; a++)
			for (let b = a + 1; b < places; b++) {
				const at = a * places + b;
				pairs.push({ a, b, both: this.#both[at] ?? 0, equal: this.#equal[at] ?? 0 });
			}
		return pairs;
	}
}

/** Of two equally frequent ones the first; 0 where there is none. */
function mostFrequent(answers: readonly number[]): number {
	const [first = 0] = answers;
	if (answers.length < 3) return first;
	const counts = new Map<number, number>();
	for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
	let best = first;
	for (const [answer, count] of counts) if (count > (counts.get(best) ?? 0)) best = answer;
	return best;
}

function equalPairs(answers: readonly number[]): number {
	const counts = new Map<number, number>();
	for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
	let equal = 0;
	for (const count of counts.values()) equal += count * (count - 1);
	return equal / (answers.length * (answers.length - 1));
}
