import { originOf, originsOf } from './connection.ts';
import type { ConnectionShare } from './connection-share.ts';
import type { Failure } from './failure.ts';
import type { RunSetup } from './run.ts';

/** A run as one of its connections is sent it. */
export interface SharedSetup extends RunSetup {
	/** Null where there is no other. */
	readonly connectionName: string | null;
}

/**
 * The run as each of its connections is sent it: with its address, its names of the models and its limit. The first is the
 * run's own connection, and the only one of most runs.
 */
export function sharedSetups(setup: RunSetup): readonly SharedSetup[] {
	const { shares = [], models, limits } = setup;
	if (shares.length === 0) return [{ ...setup, connectionName: null }];
	return shares.map((share) => ({
		...setup,
		connectionName: share.name,
		connection: share.connection,
		models: models.map((model, i) => calledThere(share, i) ?? model),
		limits: {
			...limits,
			tokensPerMinute: least(share.tokensPerMinute, limits.tokensPerMinute ?? null),
		},
	}));
}

/** Null: the same. */
const calledThere = ({ models }: ConnectionShare, model: number): string | null => {
	const called = models[model]?.trim() ?? '';
	return called === '' ? null : called;
};

const least = (a: number | null, b: number | null): number | null =>
	a === null || b === null ? (a ?? b) : Math.min(a, b);

/** The run as the connection is sent it that this failure came from. */
export function setupOfFailure(setup: RunSetup, { connection }: Failure): SharedSetup {
	const setups = sharedSetups(setup);
	return setups.find(({ connectionName }) => connectionName === connection) ?? firstOf(setups);
}

function firstOf(setups: readonly SharedSetup[]): SharedSetup {
	const [first] = setups;
	if (first === undefined) throw new Error('A run has at least one connection');
	return first;
}

/** Where its requests go; none of what is simulated. */
export const originsOfRun = (setup: RunSetup): readonly string[] =>
	originsOf(sharedSetups(setup).map(({ connection }) => connection));

/** The first origin whose key is used and not held; null where none is lacking. Nobody asks for one that is left out. */
export function lackingKey(
	setup: RunSetup,
	isHeld: (origin: string) => boolean,
	leftOut: readonly string[] = [],
): string | null {
	const lacking = sharedSetups(setup)
		.filter(({ connectionName }) => connectionName === null || !leftOut.includes(connectionName))
		.map(({ connection }) => connection)
		.find((connection) => connection.usesKey && !isHeld(originOf(connection)));
	return lacking === undefined ? null : originOf(lacking);
}

/** Whether the run could go on without this connection: there is another that is not left out. */
export const canLeaveOut = (
	{ shares = [] }: RunSetup,
	leftOut: readonly string[],
	name: string,
): boolean => shares.some((share) => share.name !== name && !leftOut.includes(share.name));
