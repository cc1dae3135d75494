import { cellAt, columnPositions, type Row } from '#domain/dataset.ts';
import { encodingOf, isOpenAiModel, smallestWindow } from '#domain/model-families.ts';
import { Finding, type FoundPrompt, type PromptCheck } from '#domain/prompt-check.ts';
import { plannedRequests, type PlanPlace } from '#domain/plan.ts';
import { textsOf } from '#domain/prompt.ts';
import { maxTokensOf } from '#domain/revision.ts';
import type { RunSetup } from '#domain/run.ts';
import { parseTemplate } from '#domain/template.ts';
import { isEasilyWithin, promptBounds } from '#tokens/prompt-bounds.ts';
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
	const counters =
		exactly && window !== null
			? await Promise.all([...new Set(models.map(encodingOf))].map((e) => TokenCounter.open(e)))
			: [];
	const answer = maxTokensOf(plan.terms(0)) ?? 0;
	const tooLong = new Finding();
	const inDoubt = new Finding();
	const tight = new Finding();
	const columns = columnsOf(setup, plan);
	const used = new Set(columns.flat());
	let last = { rowIndex: -1, promptIndex: -1 };
	let certainlyTooLong = 0;
	let prompts = 0;

	const measure = async ({ prompt }: PlannedRequest, found: () => FoundPrompt): Promise<void> => {
		if (window === null || isEasilyWithin(prompt, window - answer)) return;
		let { fewest, most } = promptBounds(prompt);
		if (fewest > window) certainlyTooLong += 1;
		else if (counters.length > 0 && most + answer > window) {
			const counts: number[] = [];
			for (const counter of counters) counts.push(await counter.count(prompt, pause));
			fewest = most = Math.max(...counts);
		}
		if (fewest > window) tooLong.add(found);
		else if (most > window) inDoubt.add(found);
		else if (fewest + answer > window) tight.add(found);
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
			await measure(planned, found);
			onProgress(request + 1);
			await pause();
		}
	} finally {
		for (const counter of counters) counter.close();
	}
	return {
		prompts,
		window,
		publishedOf: published?.model ?? null,
		counted:
			counters.length === 0 ? 'bounds' : models.every(isOpenAiModel) ? 'exactly' : 'asOpenAiModels',
		tooLong: tooLong.found,
		certainlyTooLong,
		inDoubt: inDoubt.found,
		tight: tight.found,
		blank: [...used]
			.filter(({ blank }) => blank.found.count > 0)
			.map(({ name, blank }) => ({ column: name, rows: blank.found })),
	};
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
