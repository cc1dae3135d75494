/** A prompt that a check has found: its place in the plan, from 0, and the id of its row. */
export interface FoundPrompt {
	readonly rowIndex: number;
	readonly promptIndex: number;
	readonly id: string;
}

/** However many were found, no more than `mostNamed` are named. */
export interface FoundPrompts {
	readonly count: number;
	/** The first of them in plan order. */
	readonly first: readonly FoundPrompt[];
}

export const mostNamed = 100;

export interface BlankColumn {
	readonly column: string;
	readonly rows: FoundPrompts;
}

/** What a look at every prompt of a setup has come to. */
export interface PromptCheck {
	/** Prompts looked at: what is sent to several models is one. */
	readonly prompts: number;
	/** In tokens: the typed window, else the smallest that is published of the models; null where neither is known. */
	readonly window: number | null;
	/** The model whose published window it is; null: it was typed. */
	readonly publishedOf: string | null;
	/** Whether each prompt is held against the window of the model that its row names, and these differ. */
	readonly perRow: boolean;
	/** `exactly`: counted as OpenAI's models do, where the bounds left a doubt. */
	readonly counted: 'bounds' | 'exactly' | 'asOpenAiModels';
	/** Longer than the window. */
	readonly tooLong: FoundPrompts;
	/** Of those, the ones that are longer however they are counted. */
	readonly certainlyTooLong: number;
	/** Neither certainly within the window nor certainly beyond it. */
	readonly inDoubt: FoundPrompts;
	/** Within the window, but the answer that its limit of tokens allows may not fit beside them. */
	readonly tight: FoundPrompts;
	/** Columns that a template uses, and rows that have no text there. */
	readonly blank: readonly BlankColumn[];
}

/** Gathers findings in plan order without holding all of them. */
export class Finding {
	#count = 0;
	readonly #first: FoundPrompt[] = [];

	add(found: () => FoundPrompt): void {
		this.#count += 1;
		if (this.#first.length < mostNamed) this.#first.push(found());
	}

	get found(): FoundPrompts {
		return { count: this.#count, first: this.#first };
	}
}
