export type Route =
	{ readonly page: 'new' | 'privacy' } | { readonly page: 'run'; readonly runId: string };

/** Null: no page of ours. */
export function parseRoute(hash: string): Route | null {
	if (hash === '#/new') return { page: 'new' };
	if (hash === '#/privacy') return { page: 'privacy' };
	const runId = /^#\/runs\/([\w-]+)$/.exec(hash)?.[1];
	return runId === undefined ? null : { page: 'run', runId };
}

export const hashOf = (route: Route): string =>
	route.page === 'run' ? `#/runs/${route.runId}` : `#/${route.page}`;
