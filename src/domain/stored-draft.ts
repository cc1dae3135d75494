import { normalizeResource } from './azure.ts';
import type { ConnectionFields } from './connection-fields.ts';
import { normalizeBaseUrl } from './connection.ts';
import type { Draft } from './draft.ts';

/** Of Azure OpenAI's keys some could be the name of a resource. */
const azureKey = /^[0-9a-f]{32}$/i;

/**
 * An address as typed, without what may be a key: what stands before an @, or behind a ? or #, and a long word, which is none
 * that a person types.
 */
const withoutKeyLike = (text: string): string =>
	text
		.replace(/[?#].*$/s, '')
		.replace(/(^|\/\/)[^/]*@/, '$1')
		.replace(/\bsk-[\w-]*|[\w+=-]{24,}/g, '');

function fieldsToStore<T extends ConnectionFields>(fields: T): T {
	const { baseUrl, resource } = fields;
	const isResource = (text: string): boolean =>
		normalizeResource(text).ok && !azureKey.test(text.trim());
	return {
		...fields,
		baseUrl: normalizeBaseUrl(baseUrl).ok ? baseUrl : withoutKeyLike(baseUrl),
		...(resource === undefined || isResource(resource)
			? {}
			: { resource: withoutKeyLike(resource) }),
	};
}

/** The draft as the browser may keep it: an address that is refused may hold a key, which is stored in no plain form. */
export const draftToStore = (draft: Draft): Draft => ({
	...fieldsToStore(draft),
	...(draft.shares === undefined ? {} : { shares: draft.shares.map(fieldsToStore) }),
});
