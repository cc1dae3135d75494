import { describe, expect, test } from 'vitest';
import type { Connection } from '#domain/connection.ts';
import type { PromptTemplate } from '#domain/prompt.ts';
import type { RunSetup } from '#domain/run.ts';
import { resultLines } from '#worker/result-lines.ts';
import { RunPlan } from '#worker/run-plan.ts';
import { setup as plain } from '../state/run-fixtures.ts';

const columns = [{ name: 'review', header: 'review' }];
const chat = (...messages: [role: 'system' | 'user' | 'assistant', content: string][]) =>
	({
		kind: 'chat',
		messages: messages.map(([role, content]) => ({ role, content })),
	}) satisfies PromptTemplate;

const setup: RunSetup = { ...plain, datasetId: 'd', rowCount: 3 };
const planOf = (change: Partial<RunSetup>, known: typeof columns = columns): RunPlan =>
	new RunPlan({ ...setup, ...change }, known, (row) =>
		Promise.resolve(known.length === 0 ? [] : [`cup ${String(row)}`]),
	);

describe('the prompt of a line', () => {
	test.each<[string, PromptTemplate, string]>([
		['of one message', chat(['user', ' Judge {review} ']), 'Judge cup 1'],
		['without what is said to all', chat(['system', 'Be kind'], ['user', '{review}']), 'cup 1'],
		['of instructions alone', chat(['system', 'Judge {review}']), 'Judge cup 1'],
		['of a dialogue', chat(['user', 'a'], ['assistant', 'b'], ['user', '{review}']), 'a\nb\ncup 1'],
		['of one text', { kind: 'completion', text: 'Say {review}' }, 'Say cup 1'],
		['cut where it is long', chat(['user', 'x'.repeat(2_000)]), `${'x'.repeat(600)}…`],
	])('%s', async (_, template, prompt) => {
		const plan = planOf({ templates: [template] });
		const [line] = await resultLines(plan, 1, undefined, { choices: 1, withPrompts: true });
		expect(line?.prompt).toBe(prompt);
	});

	test('is not told where it was not asked for, or the table is gone', async () => {
		const [line] = await resultLines(planOf({}), 1, undefined, { choices: 1 });
		expect(line).not.toHaveProperty('prompt');
		const gone = await resultLines(planOf({}, []), 1, undefined, { choices: 1, withPrompts: true });
		expect(gone[0]).not.toHaveProperty('prompt');
	});
});

test('a line tells its connection where there are several, as the request was sent', async () => {
	const other: Connection = { ...setup.connection, baseUrl: 'https://other.example/v1' };
	const share = { tokensPerMinute: null, models: [] };
	const shares = [
		{ ...share, name: 'first', connection: setup.connection },
		{ ...share, name: 'second', connection: other },
	];
	const plan = planOf({ shares });
	const lines = await Promise.all(
		[0, 1, 2].map((request) => resultLines(plan, request, undefined, { choices: 2 })),
	);
	expect(lines.flat().map(({ connection }) => connection)).toEqual(
		[0, 1, 2].flatMap((request) => {
			const name = plan.connectionName(request, 0);
			return [name, name];
		}),
	);
	expect(new Set(lines.flat().map(({ connection }) => connection)).size).toBe(2);
	expect((await resultLines(planOf({}), 0, undefined, { choices: 1 }))[0]).not.toHaveProperty(
		'connection',
	);
});
