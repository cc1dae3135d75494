import type { Completion } from '#domain/completion.ts';
import type { LimitReading } from '#domain/failure.ts';
import { numberAt, type JsonObject } from '#domain/json.ts';
import type { CallOutcome } from '#domain/outcome.ts';
import type { Prompt } from '#domain/prompt.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Sender } from './create-sender.ts';

/** Sends prompts once, in one call; more than one only to Completions. Never rejects. */
export async function sendCall(
	send: Sender,
	prompts: readonly Prompt[],
	args: JsonObject,
	signal: AbortSignal,
	hear?: (readings: readonly LimitReading[]) => void,
): Promise<CallOutcome> {
	const [first] = prompts;
	if (first === undefined) return ok([]);
	if (prompts.length === 1) {
		// As it came: where a prompt travels alone, whatever number of choices it got is its own.
		const outcome = await send(first, args, signal, hear);
		return outcome.ok ? ok([outcome.value]) : outcome;
	}
	const texts = prompts.map((prompt) => {
		if (prompt.kind !== 'completion') throw new Error('Only Completions takes several prompts.');
		return prompt.text;
	});
	const outcome = await send({ kind: 'completions', texts }, args, signal, hear);
	if (!outcome.ok) return outcome;
	const dealt = dealOut(outcome.value, prompts.length, numberAt(args, 'n') ?? 1);
	if (dealt.ok) return dealt;
	return err({
		kind: 'malformed',
		message: dealt.error,
		status: null,
		code: null,
		requestId: outcome.value.requestId ?? null,
		waitMs: null,
	});
}

/**
 * To each prompt its choices, by the choice's own index: that of prompt p's choice j is p × n + j, in whatever order they
 * come. Where one is missing nobody knows whose the others are; the error says in words what came.
 */
export function dealOut(
	{ choices, ...shared }: Completion,
	prompts: number,
	n: number,
): Result<readonly Completion[], string> {
	const wanted = prompts * n;
	const each = n === 1 ? '' : ` with ${String(n)} completions each`;
	const asked = `${String(prompts)} prompts${each} were sent in one call`;
	if (choices.length !== wanted)
		return err(`${asked}: ${String(wanted)} choices were due and ${String(choices.length)} came.`);
	const placed = new Set(choices.map((choice) => numberAt(choice, 'index')));
	const missing = Array.from({ length: wanted }, (_, index) => index).filter(
		(index) => !placed.has(index),
	);
	if (missing.length > 0)
		return err(
			`${asked}: ${String(wanted)} choices came, but ${String(missing.length)} of the ${String(wanted)} indices that were due are missing, the first of them ${String(missing[0])}.`,
		);
	const inOrder = choices.toSorted(
		(a, b) => (numberAt(a, 'index') ?? 0) - (numberAt(b, 'index') ?? 0),
	);
	return ok(
		Array.from({ length: prompts }, (_, p) => ({
			...shared,
			choices: inOrder.slice(p * n, (p + 1) * n),
		})),
	);
}
