import { modelColumnOf } from '#domain/bindings.ts';
import { cellAt, columnPositions, type Row } from '#domain/dataset.ts';
import {
	encodingOf,
	isOpenAiModel,
	publishedWindow,
	smallestWindow,
} from '#domain/model-families.ts';
import { Finding, type FoundPrompt, type PromptCheck } from '#domain/prompt-check.ts';
import { plannedRequests, type PlanPlace } from '#domain/plan.ts';
import { textsOf } from '#domain/prompt.ts';
import { tokenLimitIn } from '#domain/revision.ts';
import type { RunSetup } from '#domain/run.ts';
import { parseTemplate } from '#domain/template.ts';
import { isEasilyWithin, promptBounds } from '#tokens/prompt-bounds.ts';
import type { TokenBounds } from '#tokens/token-bounds.ts';
import { TokenCounter } from '#tokens/token-counter.ts';
import type { PlannedRequest, RunPlan } from './run-plan.ts';

export interface PromptChecking {
	/** Prompts whose bounds leave a doubt are counted. */
	readonly exactly: boolean;
	readonly signal: AbortSignal;
	/** Awaited between prompts: lets others work, now and then. */
	readonly pause: () => Promise<void>;
	/** Told how many requests of the plan are through. */
	readonly onProgress: (done: number) => void;
}

/** A column that templates use. */
class UsedColumn {
	readonly name: string;
	readonly position: number;
	readonly blank = new Finding();
	#lookedAt = -1;

	constructor(name: string, position: number) {
		this.name = name;
		this.position = position;
	}

	/** A row that comes again, with another template, is not looked at again. */
	look(row: Row, { rowIndex }: PlanPlace, found: () => FoundPrompt): void {
		if (rowIndex <= this.#lookedAt) return;
		this.#lookedAt = rowIndex;
		if (cellAt(row, this.position).trim() === '') this.blank.add(found);
	}
}

/** Looks at every prompt of a setup, one at a time; null where it was aborted. */
export async function checkPrompts(
	setup: RunSetup,
	plan: RunPlan,
	{ exactly, signal, pause, onProgress }: PromptChecking,
): Promise<PromptCheck | null> {
	const { contextWindow = null, models } = setup;
	const published = contextWindow === null ? smallestWindow(models) : null;
	const window = contextWindow ?? published?.tokens ?? null;
	const isNamedByRows = modelColumnOf(setup.bindings ?? []) !== null;
	const held = models.map((model) => contextWindow ?? publishedWindow(model));
	const readers = isNamedByRows ? [] : readersOf(setup, held);
	const counters =
		exactly && window !== null
			? new Map(
					await Promise.all(
						[...new Set(models.map(encodingOf))].map(
							async (encoding) => [encoding, await TokenCounter.open(encoding)] as const,
						),
					),
				)
			: null;
	const tooLong = new Finding();
	const inDoubt = new Finding();
	const tight = new Finding();
	const columns = columnsOf(setup, plan);
	const used = new Set(columns.flat());
	let last = { rowIndex: -1, promptIndex: -1 };
	let certainlyTooLong = 0;
	let prompts = 0;

	/** The gravest that comes of it at any of the models which are sent it. */
	const measure = async (
		request: number,
		{ prompt, row, place }: PlannedRequest,
		found: () => FoundPrompt,
	): Promise<void> => {
		let bounds: TokenBounds | null = null;
		let isCertain = false;
		let worst: Finding | null = null;
		const gravest = [tight, inDoubt, tooLong];
		for (const modelIndex of isNamedByRows ? [place.modelIndex] : readers) {
			const tokens = held[modelIndex] ?? null;
			if (tokens === null) continue;
			const own = isNamedByRows ? request : request + modelIndex * (plan.size.repeats ?? 1);
			const answer = tokenLimitIn(plan.args(own, row, 0)) ?? 0;
			if (isEasilyWithin(prompt, tokens - answer)) continue;
			bounds ??= promptBounds(prompt);
			let { fewest, most } = bounds;
			const counter = counters?.get(encodingOf(models[modelIndex] ?? ''));
			if (fewest > tokens) isCertain = true;
			else if (counter !== undefined && most + answer > tokens)
				fewest = most = await counter.count(prompt, pause);
			const finding =
				fewest > tokens
					? tooLong
					: most > tokens
						? inDoubt
						: fewest + answer > tokens
							? tight
							: null;
			if (finding !== null && (worst === null || gravest.indexOf(finding) > gravest.indexOf(worst)))
				worst = finding;
		}
		if (isCertain) certainlyTooLong += 1;
		worst?.add(found);
	};

	const requests = plannedRequests(plan.size);
	try {
		for (let request = 0; request < requests; request++) {
			if (signal.aborted) return null;
			const place = plan.place(request);
			const { rowIndex, promptIndex } = place;
			// Every model is sent the same prompt.
			if (rowIndex === last.rowIndex && promptIndex === last.promptIndex) continue;
			last = { rowIndex, promptIndex };
			const planned = await plan.planned(request, 0);
			const found = (): FoundPrompt => ({ rowIndex, promptIndex, id: planned.id });
			prompts += 1;
			for (const column of columns[promptIndex] ?? []) column.look(planned.row, place, found);
			await measure(request, planned, found);
			onProgress(request + 1);
			await pause();
		}
	} finally {
		for (const counter of counters?.values() ?? []) counter.close();
	}
	return {
		prompts,
		window,
		publishedOf: published?.model ?? null,
		perRow: isNamedByRows && new Set(held).size > 1,
		counted:
			counters === null ? 'bounds' : models.every(isOpenAiModel) ? 'exactly' : 'asOpenAiModels',
		tooLong: tooLong.found,
		certainlyTooLong,
		inDoubt: inDoubt.found,
		tight: tight.found,
		blank: [...used]
			.filter(({ blank }) => blank.found.count > 0)
			.map(({ name, blank }) => ({ column: name, rows: blank.found })),
	};
}

/** The models by which all prompts are judged: of those that share window, vocabulary and parameters the first. */
function readersOf(
	{ models, modelParameters = [] }: RunSetup,
	held: readonly (number | null)[],
): readonly number[] {
	const kinds = models.map((model, i) =>
		JSON.stringify([held[i], encodingOf(model), modelParameters[i] ?? {}]),
	);
	return models.flatMap((_, i) =>
		held[i] !== null && kinds.indexOf(kinds[i] ?? '') === i ? [i] : [],
	);
}

/** For each template the columns that it uses. */
function columnsOf(setup: RunSetup, plan: RunPlan): readonly (readonly UsedColumn[])[] {
	const all = new Map(
		[...columnPositions(plan.columns)].map(([name, at]) => [name, new UsedColumn(name, at)]),
	);
	return setup.templates.map((template) => {
		const names = new Set(textsOf(template).flatMap((text) => parseTemplate(text).variables));
		return [...names].flatMap((name) => all.get(name) ?? []);
	});
}
