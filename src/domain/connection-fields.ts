import { resourceIn } from './azure.ts';
import type { Connection, Provider } from './connection.ts';

/** The fields of a draft that say where its requests go, as typed. */
export interface ConnectionFields {
	readonly provider: Provider;
	readonly baseUrl: string;
	readonly organization: string;
	readonly project: string;
	readonly preset?: string;
	readonly resource?: string;
	readonly apiVersion?: string;
}

/** The fields that this connection comes out of. */
export const fieldsOf = (connection: Connection): ConnectionFields => ({
	provider: connection.provider,
	baseUrl: connection.provider === 'compatible' ? connection.baseUrl : '',
	organization: connection.organization,
	project: connection.project,
	...(connection.preset === undefined ? {} : { preset: connection.preset }),
	...(connection.provider === 'azure'
		? { resource: resourceIn(connection.baseUrl), apiVersion: connection.apiVersion ?? '' }
		: {}),
});

/** What of a draft is its connection, as typed. */
export const connectionPart = ({
	provider,
	baseUrl,
	organization,
	project,
	preset,
	resource,
	apiVersion,
}: ConnectionFields): ConnectionFields => ({
	provider,
	baseUrl,
	organization,
	project,
	...(preset === undefined ? {} : { preset }),
	...(resource === undefined ? {} : { resource }),
	...(apiVersion === undefined ? {} : { apiVersion }),
});

const optional = ['preset', 'resource', 'apiVersion'] as const;

/** Of these fields nothing of another connection is left: what the connection does not say is taken out. */
export const withConnection = <T extends ConnectionFields>(
	draft: T,
	connection: ConnectionFields,
): T => ({ ...without(draft, optional), ...connection });

/** Optional fields left out, not emptied: a stored draft knows no difference between the two. */
export function without<T extends ConnectionFields>(
	fields: T,
	names: readonly (typeof optional)[number][],
): T {
	const left = Object.entries(fields).filter(([name]) => !names.some((one) => one === name));
	// What is left out is optional in every draft.
	return Object.fromEntries(left) as T;
}
