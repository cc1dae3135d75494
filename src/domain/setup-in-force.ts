import { modelColumnOf } from './bindings.ts';
import { leftOutUnder } from './revision.ts';
import { termsInForce, type Run, type RunSetup } from './run.ts';
import { sharedSetups } from './shared-setup.ts';
import { tokenLimits, withoutTokenLimit } from './token-limits.ts';

/** What a copy of the run starts from: all that was changed since the start is as it is now. */
export function setupInForce(run: Run): RunSetup {
	const { revisions } = run;
	const leftOut = leftOutUnder(revisions, revisions.length);
	const setup = {
		...(leftOut.length === 0 ? run.setup : withoutConnections(run.setup, leftOut)),
		parameters: termsInForce(run).parameters,
	};
	return revisions.at(-1)?.maxTokens === undefined ? setup : withoutOwnLimits(setup);
}

/** A limit that was raised since is that of every model and row. */
function withoutOwnLimits({ modelParameters = [], bindings = [], ...setup }: RunSetup): RunSetup {
	const own = modelParameters.map(withoutTokenLimit);
	const bound = bindings.filter(({ parameter }) => !tokenLimits.has(parameter));
	return {
		...setup,
		...(own.some((one) => Object.keys(one).length > 0) ? { modelParameters: own } : {}),
		...(bound.length > 0 ? { bindings: bound } : {}),
	};
}

/**
 * The first of those that are left becomes the run's own, and the models are called as they are there. Names in the cells of
 * a column cannot be: one that calls the models so comes first then, and where none does, the run's own stays.
 */
function withoutConnections(setup: RunSetup, leftOut: readonly string[]): RunSetup {
	const { shares = [], ...unshared } = setup;
	const all = sharedSetups(setup).map((sent, i) => ({ ...sent, share: shares[i] }));
	const kept = all.filter(({ share }) => share !== undefined && !leftOut.includes(share.name));
	const fromCells = modelColumnOf(setup.bindings ?? []) !== null;
	const isAsNamed = (models: readonly string[]): boolean =>
		models.every((model, i) => model === setup.models[i]);
	const own = kept.find(({ models }) => !fromCells || isAsNamed(models)) ?? all[0];
	if (own === undefined) return setup;
	const { connection, models, limits } = own;
	const others = kept.filter((one) => one !== own);
	if (others.length === 0) return { ...unshared, connection, models, limits };
	return {
		...unshared,
		connection,
		models,
		shares: [own, ...others].flatMap(({ share, models: called }) =>
			share === undefined
				? []
				: [
						{
							...share,
							models:
								share === own.share
									? []
									: called.map((name, i) => (name === models[i] ? '' : name)),
						},
					],
		),
	};
}
