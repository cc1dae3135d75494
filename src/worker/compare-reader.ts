import type { ComparisonPage, ComparisonQuery } from '#contract/engine-api.ts';
import {
	choicesShown,
	requestsOf,
	seriesCount,
	type ComparedCell,
	type ComparedChoice,
	type ComparedRow,
} from '#domain/comparison.ts';
import { choiceText, markOf } from '#domain/completion.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import type { RunStore } from '#storage/run-store.ts';
import { cellLimit, clamped, clampedCells, responseLimit } from './result-lines.ts';
import type { RunPlan } from './run-plan.ts';

/** A page of rows with what each template and model made of them; no more is read than the page shows. */
export async function readComparison(
	store: Pick<RunStore, 'readSettled'>,
	plan: RunPlan,
	choicesPerRequest: number,
	query: ComparisonQuery,
): Promise<ComparisonPage> {
	const { size } = plan;
	const total = size.rows;
	const offset = Math.max(0, Math.min(query.offset, total));
	const end = Math.min(total, offset + query.limit);
	const firstSeries = Math.max(0, query.firstSeries);
	const lastSeries = Math.min(seriesCount(size), firstSeries + query.seriesLimit) - 1;
	if (end <= offset || lastSeries < firstSeries) return { total, offset, rows: [] };

	const settled = await settledOf(store, plan, [offset, end - 1], [firstSeries, lastSeries]);
	const rows: ComparedRow[] = [];
	for (let row = offset; row < end; row++) {
		const place = plan.place(requestsOf(row, firstSeries, size).first);
		const cells = await plan.row(place);
		const texts = new Set<string>();
		let answers = 0;
		let waits = false;
		const series = Array.from({ length: lastSeries - firstSeries + 1 }, (_, i): ComparedCell => {
			const { first, count } = requestsOf(row, firstSeries + i, size);
			const choices = Array.from({ length: count * choicesPerRequest }, (_, at) => {
				const request = first + Math.floor(at / choicesPerRequest);
				return choiceOf(request, at % choicesPerRequest, settled.get(request));
			});
			const own = choices.flatMap(({ state, text }) =>
				state === 'succeeded' ? [text.trim()] : [],
			);
			answers += own.length;
			waits ||= choices.some(({ state }) => state === 'waiting');
			for (const text of own) texts.add(text);
			return {
				model: plan.model(plan.place(first)),
				choices: choices
					.slice(0, choicesShown)
					.map((choice) => ({ ...choice, text: clamped(choice.text.trim(), responseLimit) })),
				distinct: new Set(own).size,
			};
		});
		rows.push({
			place,
			id: clamped(plan.id(place, cells), cellLimit),
			cells: clampedCells(cells, plan.columns.length),
			series,
			answers,
			distinct: texts.size,
			waits,
		});
	}
	return { total, offset, rows };
}

/** Of each template the rows stand in one stretch of the plan, all models and repeats of a row together. */
async function settledOf(
	store: Pick<RunStore, 'readSettled'>,
	{ size }: RunPlan,
	[firstRow, lastRow]: readonly [number, number],
	[firstSeries, lastSeries]: readonly [number, number],
): Promise<ReadonlyMap<number, SettledRequest>> {
	const found = new Map<number, SettledRequest>();
	const { models } = size;
	for (let at = firstSeries - (firstSeries % models); at <= lastSeries; at += models) {
		const { first } = requestsOf(firstRow, at, size);
		const last = requestsOf(lastRow, at + models - 1, size);
		const stretch = await store.readSettled(first, last.first + last.count - first);
		for (const settled of stretch) found.set(settled.request, settled);
	}
	return found;
}

/** With its whole text, which tells whether it is another. */
function choiceOf(
	request: number,
	position: number,
	settled: SettledRequest | undefined,
): ComparedChoice {
	const base = { request, choice: position, text: '', mark: null };
	if (settled === undefined) return { ...base, state: 'waiting' };
	const { outcome } = settled;
	if (!outcome.ok) return { ...base, state: 'failed', text: outcome.error.message };
	const choice = outcome.value.choices[position];
	if (choice === undefined) return { ...base, state: 'notGiven' };
	return { ...base, state: 'succeeded', text: choiceText(choice) ?? '', mark: markOf(choice) };
}
