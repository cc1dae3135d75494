export type Route = { readonly page: 'new' } | { readonly page: 'run'; readonly runId: string };

/** Null: no page of ours. */
export function parseRoute(hash: string): Route | null {
	if (hash === '#/new') return { page: 'new' };
	const runId = /^#\/runs\/([\w-]+)$/.exec(hash)?.[1];
	return runId === undefined ? null : { page: 'run', runId };
}

export const hashOf = (route: Route): string =>
	route.page === 'new' ? '#/new' : `#/runs/${route.runId}`;
