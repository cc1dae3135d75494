import { demoBaseUrl, normalizeBaseUrl, openAiBaseUrl, type Connection } from './connection.ts';
import type { Draft } from './draft.ts';
import { problem, type Problem } from './problem.ts';

/** Where a draft's requests would go; null where that cannot be told yet. */
export function checkConnection(draft: Draft, problems: Problem[]): Connection | null {
	const base = (baseUrl: string): Connection => ({
		provider: draft.provider,
		baseUrl,
		organization: draft.provider === 'openai' ? draft.organization.trim() : '',
		project: draft.provider === 'openai' ? draft.project.trim() : '',
		// A compatible endpoint may go without; the worker knows whether a key is held for it.
		usesKey: draft.provider === 'openai',
	});
	if (draft.provider === 'demo') return base(demoBaseUrl);
	if (draft.provider === 'openai') return base(openAiBaseUrl);
	const normalized = normalizeBaseUrl(draft.baseUrl);
	if (normalized.ok) return base(normalized.value);
	problems.push(problem('baseUrl', normalized.error));
	return null;
}
