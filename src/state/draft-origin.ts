import {
	demoBaseUrl,
	normalizeBaseUrl,
	openAiBaseUrl,
	originOf,
	type Connection,
} from '#domain/connection.ts';
import { emptyDraft, type Draft, type ShareDraft } from '#domain/draft.ts';

/** The origin that the draft's requests would go to; null while its Base URL is none. */
export function draftOrigin(draft: Draft): string | null {
	const base = draftBaseUrl(draft);
	if (base === null) return null;
	const { provider, organization, project } = draft;
	const connection: Connection = {
		provider,
		baseUrl: base,
		organization,
		project,
		usesKey: provider !== 'demo',
	};
	return originOf(connection);
}

/** As `draftOrigin`, of one of its further connections. */
export const shareOrigin = (share: ShareDraft): string | null =>
	draftOrigin({ ...emptyDraft, ...share });

function draftBaseUrl({ provider, baseUrl }: Draft): string | null {
	if (provider === 'demo') return demoBaseUrl;
	if (provider === 'openai') return openAiBaseUrl;
	const normalized = normalizeBaseUrl(baseUrl);
	return normalized.ok ? normalized.value : null;
}
