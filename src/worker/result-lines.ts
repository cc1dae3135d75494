import { choiceText, finishReasonOf, markOf, usageOf } from '#domain/completion.ts';
import type { Row } from '#domain/dataset.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { promptText } from '#domain/prompt.ts';
import type { ResultRow } from '#domain/result-item.ts';
import type { RunPlan } from './run-plan.ts';

/** What the table shows of a long text; the whole stands in the detail. */
export const cellLimit = 200;
export const responseLimit = 600;

export interface LineOptions {
	/** Lines of each request: the choices that it was asked for. */
	readonly choices: number;
	/** Left out: no. A prompt may be long, and is written anew for each line. */
	readonly withPrompts?: boolean;
}

/** The lines of one request in the results table, settled or not. */
export async function resultLines(
	plan: RunPlan,
	request: number,
	settled: SettledRequest | undefined,
	{ choices, withPrompts = false }: LineOptions,
): Promise<ResultRow[]> {
	const place = plan.place(request);
	const row = await plan.row(place);
	const completion = settled?.outcome.ok === true ? settled.outcome.value : null;
	const isOwn = completion !== null && settled?.call === undefined;
	const usage = isOwn ? usageOf(completion.rest) : null;
	const connection = plan.connectionName(request, settled?.revision ?? plan.revision);
	const prompt = withPrompts ? plan.prompt(place, row) : null;
	const more = {
		...(connection === null ? {} : { connection }),
		...(prompt === null ? {} : { prompt: clamped(promptText(prompt).trim(), responseLimit) }),
	};
	return Array.from({ length: choices }, (_, position) => {
		const choice = completion?.choices[position];
		const text = choice === undefined ? null : choiceText(choice);
		return {
			request,
			choice: position,
			id: plan.id(place, row),
			place,
			model: plan.model(place),
			cells: clampedCells(row, plan.columns.length),
			state: settled === undefined ? 'waiting' : settled.outcome.ok ? 'succeeded' : 'failed',
			given: completion?.choices.length ?? 0,
			response: text === null ? null : clamped(text, responseLimit),
			mark: choice === undefined ? null : markOf(choice),
			finishReason: choice === undefined ? null : finishReasonOf(choice),
			promptTokens: usage?.promptTokens ?? null,
			completionTokens: usage?.completionTokens ?? null,
			latencyMs: settled?.latencyMs ?? null,
			attempts: settled?.attempts ?? 0,
			failure: settled?.outcome.ok === false ? settled.outcome.error : null,
			...more,
		};
	});
}

export const clamped = (text: string, limit: number): string =>
	text.length > limit ? `${text.slice(0, limit)}…` : text;

export const clampedCells = (row: Row, columns: number): string[] =>
	Array.from({ length: columns }, (_, i) => clamped(row[i] ?? '', cellLimit));
