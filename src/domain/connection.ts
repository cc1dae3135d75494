import { err, ok, type Result } from './result.ts';

export const providers = ['demo', 'openai', 'azure', 'compatible'] as const;
export type Provider = (typeof providers)[number];

/** Where requests go. Never holds the key: keys live apart, under the origin they were typed for. */
export interface Connection {
	readonly provider: Provider;
	/** Normalised: absolute, no trailing slash, no endpoint path. */
	readonly baseUrl: string;
	readonly organization: string;
	readonly project: string;
	/** Whether requests carry a key: a run that did asks for it again after a restart. */
	readonly usesKey: boolean;
	/** Which known service it is (`presets.ts`); left out: none of them. */
	readonly preset?: string;
	/** Of Azure OpenAI's older API, a date; left out: its v1 API, and every other provider. */
	readonly apiVersion?: string;
}

export const endpoints = ['chatCompletions', 'completions', 'responses'] as const;
export type Endpoint = (typeof endpoints)[number];

export const endpointNames: Readonly<Record<Endpoint, string>> = {
	chatCompletions: 'Chat Completions',
	completions: 'Completions',
	responses: 'Responses',
};

/** `.invalid` never resolves (RFC 2606): were the Demo's fetch bypassed, nothing could leave. */
export const demoBaseUrl = 'https://demo.invalid/v1';
export const openAiBaseUrl = 'https://api.openai.com/v1';

const loopback = /^(localhost|127\.0\.0\.1)$/i;

/**
 * A base URL as people paste it, made exact: trailing slashes and an endpoint path on its end are dropped.
 * Refused, in words: no scheme, another scheme than http(s), `http://` away from this machine, a user name or password, a query.
 */
export function normalizeBaseUrl(typed: string): Result<string, string> {
	const text = typed.trim();
	if (text === '') return err('Write the Base URL of the endpoint, such as https://host/v1.');
	if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
		return err(
			`Base URL “${text}” has no scheme. Write the whole address: ${guessScheme(text)}${text}`,
		);
	let url: URL;
	try {
		url = new URL(text);
	} catch {
		return err(`Base URL “${text}” is not an address. Write it as https://host/v1.`);
	}
	if (url.protocol !== 'https:' && url.protocol !== 'http:')
		return err(
			`Base URL starts with ${url.protocol}// but only https:// and http:// can be called.`,
		);
	if (url.username !== '' || url.password !== '')
		return err('Base URL holds a user name or password. Remove it; put the key in API key.');
	if (url.search !== '' || url.hash !== '')
		return err(
			'Base URL ends with a query (? or #). Remove it: the endpoint’s path is added to its end.',
		);
	if (url.protocol === 'http:' && url.hostname === '[::1]')
		return err('Base URL names this machine as [::1]. Write localhost or 127.0.0.1 in its place.');
	if (url.protocol === 'http:' && !loopback.test(url.hostname))
		return err(
			`Base URL would send the key and the data unencrypted to ${url.hostname}. Use https://, or http:// on this machine (localhost).`,
		);
	if (!isLockable(url.origin))
		return err(
			`Base URL names ${url.hostname}, to which this page cannot lock itself. Write a host’s name, or an address such as 192.168.0.7.`,
		);
	const path = url.pathname
		.replace(/\/+$/, '')
		.replace(/\/(chat\/completions|completions|responses|models)$/, '')
		.replace(/\/+$/, '');
	return ok(url.origin + path);
}

export const isLoopbackName = (hostname: string): boolean => loopback.test(hostname);

/** Whether it is a server on this machine. */
export const isLoopback = ({ baseUrl }: Connection): boolean =>
	loopback.test(new URL(baseUrl).hostname);

const guessScheme = (text: string): string =>
	loopback.test(text.split(/[:/]/)[0] ?? '') ? 'http://' : 'https://';

/**
 * Equal where both send the same things to the same place, on the same account. The key is told apart: it is bound to the
 * origin alone. Limits are counted for an organization, a project and a model, and a gateway may have one for each path.
 */
export const identityOf = (connection: Connection): string =>
	JSON.stringify([
		connection.provider,
		connection.baseUrl,
		connection.apiVersion ?? '',
		connection.preset ?? '',
		connection.organization,
		connection.project,
	]);

/** What a key is bound to. */
export const originOf = (connection: Connection): string => new URL(connection.baseUrl).origin;

/** Where these send to, each once. The Demo sends nothing, and what is no connection yet neither. */
export const originsOf = (connections: readonly (Connection | null)[]): readonly string[] => [
	...new Set(
		connections.flatMap((connection) =>
			connection === null || connection.provider === 'demo' ? [] : [originOf(connection)],
		),
	),
];

/** Whether a policy can name it: it has no words for an IPv6 address, and `*` would name others as well. */
export const isLockable = (origin: string): boolean =>
	/^https?:\/\/[a-z0-9._-]+(:\d+)?$/.test(origin);

export interface ConcurrencyCeiling {
	readonly max: number;
	readonly reason: 'http1' | 'http2';
}

/**
 * Browsers open 6 connections to an `http://` (HTTP/1.1) host and at most 256 streams on one HTTP/2 connection; past
 * that a request waits inside the browser while its timeout runs (docs/limits.md).
 */
export const concurrencyCeiling = (connection: Connection): ConcurrencyCeiling =>
	connection.baseUrl.startsWith('http://')
		? { max: 6, reason: 'http1' }
		: { max: 256, reason: 'http2' };
