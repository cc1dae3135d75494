import { checkConnection } from './check-connection.ts';
import { connectionName, type ConnectionShare } from './connection-share.ts';
import { identityOf, type Connection } from './connection.ts';
import type { Draft, ShareDraft } from './draft.ts';
import { byName } from './model-lists.ts';
import { problem, type Problem } from './problem.ts';

/**
 * The connections that share a draft's requests, its own first; empty where it names no further one, or where one is not
 * right yet. Of their fields, those of the draft's own connection have index 0, and the others follow. `models` are those
 * of the run: where a column names them, others than the draft's, and in another order.
 */
export function checkShares(
	draft: Draft,
	own: Connection | null,
	models: readonly string[],
	problems: Problem[],
): readonly ConnectionShare[] {
	const { shares: others = [], tokensPerMinute = null } = draft;
	if (others.length === 0) return [];
	const before = problems.length;
	const connections = [own, ...others.map((share, i) => connectionOf(share, i + 1, problems))];
	const weights = [tokensPerMinute, ...others.map((share) => share.tokensPerMinute)];
	checkWeights(weights, problems);
	checkAlike(connections, problems);
	if (own === null || problems.length > before) return [];
	const names = namesOf(connections);
	return connections.flatMap((connection, i) =>
		connection === null
			? []
			: [
					{
						name: names[i] ?? '',
						connection,
						tokensPerMinute: weights[i] ?? null,
						models:
							i === 0
								? []
								: byName(others[i - 1]?.models ?? [], draft.models, models, '').map((called) =>
										called.trim(),
									),
					},
				],
	);
}

/** What is wrong with it is said at the fields of that connection. */
function connectionOf(share: ShareDraft, index: number, problems: Problem[]): Connection | null {
	const found: Problem[] = [];
	const connection = checkConnection(share, found);
	for (const { message } of found) problems.push(problem('shareBaseUrl', message, index));
	return connection;
}

function checkWeights(weights: readonly (number | null)[], problems: Problem[]): void {
	const isTyped = weights.some((weight) => weight !== null);
	weights.forEach((weight, i) => {
		if (!isTyped) return;
		if (weight === null)
			problems.push(
				problem(
					'shareTokensPerMinute',
					`Type the tokens per minute of connection ${String(i + 1)} too, or of none: the requests are shared out by them.`,
					i,
				),
			);
		else if (!(Number.isInteger(weight) && weight >= 1 && weight <= 1_000_000_000))
			problems.push(
				problem(
					'shareTokensPerMinute',
					`Tokens per minute of connection ${String(i + 1)} must be a whole number from 1 to 1,000,000,000.`,
					i,
				),
			);
	});
}

function checkAlike(connections: readonly (Connection | null)[], problems: Problem[]): void {
	const keys = connections.map((connection) =>
		connection === null ? null : identityOf(connection),
	);
	keys.forEach((key, i) => {
		const first = keys.indexOf(key);
		if (key !== null && first < i)
			problems.push(
				problem(
					'shareBaseUrl',
					`Connection ${String(i + 1)} is the same as connection ${String(first + 1)}. Change or remove it.`,
					i,
				),
			);
	});
}

/** Two at one host are told apart by a number. */
function namesOf(connections: readonly (Connection | null)[]): readonly string[] {
	const names: string[] = [];
	for (const connection of connections) {
		const name = connection === null ? '' : connectionName(connection);
		let number = 1;
		while (names.includes(number === 1 ? name : `${name} (${String(number)})`)) number++;
		names.push(number === 1 ? name : `${name} (${String(number)})`);
	}
	return names;
}
