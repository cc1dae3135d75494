import type { NamedCount } from '#domain/name-tally.ts';
import type { RunStatement } from '#domain/statement.ts';
import { formatCount, formatCounted, formatDuration, formatLatency } from '../format.ts';
import type { Fact } from './fact.ts';

const n = formatCount;

/** Names and how often each: of one alone, the number says nothing more. */
const names = (counts: readonly NamedCount[], none: string): string =>
	counts.length === 0
		? none
		: counts
				.map(({ name, count }) =>
					counts.length === 1 ? (name ?? none) : `${name ?? none}: ${n(count)}`,
				)
				.join('\n');

const moment = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;

function tokenWords({ paid, in_results: standing }: RunStatement['tokens']): string {
	const { reasoning, cached, answers_without_usage: untold } = standing;
	const replaced =
		paid.prompt - standing.prompt + paid.completion - standing.completion > 0
			? `of answers since replaced: ${n(paid.prompt - standing.prompt)} prompt, ${n(paid.completion - standing.completion)} completion`
			: '';
	return [
		`${n(paid.prompt)} prompt, ${n(paid.completion)} completion`,
		replaced,
		cached === null || cached === 0 ? '' : `of the prompts’, ${n(cached)} from the cache`,
		reasoning === null || reasoning === 0
			? ''
			: `of the completions’, ${n(reasoning)} for reasoning`,
		untold === 0 ? '' : `${formatCounted(untold, 'answer')} told of none`,
	]
		.filter((line) => line !== '')
		.join('\n');
}

function timeWords({ first_attempt_at, last_answer_at, seconds }: RunStatement['times']): string {
	if (first_attempt_at === null || last_answer_at === null || seconds === null)
		return 'nothing was sent';
	const length = seconds < 10 ? formatLatency(seconds * 1_000) : formatDuration(seconds);
	return `${moment(first_attempt_at)} to ${moment(last_answer_at)}: ${length}, pauses included`;
}

/** What a statement tells, a line each. */
export function statementFacts(statement: RunStatement): readonly Fact[] {
	const { requests, choices, attempts, possibly_paid_twice: twice } = statement;
	return [
		{
			label: 'Requests',
			value: `${n(requests.planned)} planned = ${n(requests.succeeded)} succeeded + ${n(requests.failed)} failed + ${n(requests.waiting)} waiting`,
		},
		{
			label: 'Answers',
			value: `${n(choices.count)}, from ${formatCounted(attempts, 'attempt')}${
				twice === null || twice === 0 ? '' : `; ${n(twice)} may have been paid for twice`
			}`,
		},
		{ label: 'Tokens', value: tokenWords(statement.tokens) },
		{ label: 'Time', value: timeWords(statement.times) },
		{ label: 'Models asked', value: names(statement.models_asked, 'none') },
		{ label: 'Models that answered', value: names(statement.models_returned, 'not told') },
		{ label: 'System fingerprints', value: names(statement.system_fingerprints, 'not told') },
	];
}

/** The SHA-256 of what the run was made of and of what it came to. */
export function hashFacts({ hashes }: RunStatement): readonly Fact[] {
	const { rows, results } = hashes;
	const gone = 'the table is no longer in this browser';
	return [
		{
			label: rows === null ? 'Rows' : formatCounted(rows.count, 'row'),
			value: rows?.digest ?? (results === null ? gone : 'none: the run has no table'),
		},
		{ label: 'Templates', value: hashes.templates },
		{ label: 'Settings', value: hashes.settings },
		{
			label: results === null ? 'Results' : formatCounted(results.count, 'result'),
			value: results?.digest ?? gone,
		},
	];
}
