import { azureBaseUrl, normalizeApiVersion, normalizeResource } from './azure.ts';
import type { ConnectionFields } from './connection-fields.ts';
import { demoBaseUrl, normalizeBaseUrl, openAiBaseUrl, type Connection } from './connection.ts';
import { presetOf } from './presets.ts';
import { problem, type Problem } from './problem.ts';

/** Where a draft's requests would go; null where that cannot be told yet. */
export function checkConnection(draft: ConnectionFields, problems: Problem[]): Connection | null {
	const base = (baseUrl: string, more: Partial<Connection> = {}): Connection => ({
		provider: draft.provider,
		baseUrl,
		organization: draft.provider === 'openai' ? draft.organization.trim() : '',
		project: draft.provider === 'openai' ? draft.project.trim() : '',
		// A compatible endpoint may go without; the worker knows whether a key is held for it.
		usesKey: draft.provider === 'openai',
		...more,
	});
	if (draft.provider === 'demo') return base(demoBaseUrl);
	if (draft.provider === 'openai') return base(openAiBaseUrl);
	if (draft.provider === 'azure') {
		const version = normalizeApiVersion(draft.apiVersion ?? '');
		const resource = normalizeResource(draft.resource ?? '', version.ok ? version.value : '');
		if (!resource.ok) problems.push(problem('resource', resource.error));
		if (!version.ok) problems.push(problem('apiVersion', version.error));
		if (!resource.ok || !version.ok) return null;
		return base(azureBaseUrl(resource.value, version.value), {
			usesKey: true,
			...(version.value === '' ? {} : { apiVersion: version.value }),
		});
	}
	const normalized = normalizeBaseUrl(draft.baseUrl);
	if (normalized.ok) {
		const preset = presetOf(draft);
		return base(
			normalized.value,
			preset === null ? {} : { preset: preset.id, usesKey: preset.needsKey },
		);
	}
	problems.push(problem('baseUrl', normalized.error));
	return null;
}
