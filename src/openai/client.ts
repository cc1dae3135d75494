import OpenAI, { AzureOpenAI } from 'openai';
import type { Connection } from '#domain/connection.ts';
import { presetOf } from '#domain/presets.ts';

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** A header list of its own would make every request preflighted, and servers with a fixed list refuse it. */
const withoutTelemetry: Readonly<Record<string, null>> = {
	'x-stainless-lang': null,
	'x-stainless-package-version': null,
	'x-stainless-os': null,
	'x-stainless-arch': null,
	'x-stainless-runtime': null,
	'x-stainless-runtime-version': null,
	'x-stainless-retry-count': null,
	'x-stainless-timeout': null,
	'x-stainless-helper-method': null,
};

/** Longer than any timeout of ours: the SDK's own timer must never be the one that ends an attempt. */
const sdkTimeoutMs = 2_000_000_000;

/** The `openai` package's client for a connection, its own retries off. An empty key is sent in no header. */
export function clientFor(connection: Connection, key: string, fetch: Fetch): OpenAI {
	const { apiVersion } = connection;
	const options = {
		// The package refuses an empty key; without one the header is taken out below.
		apiKey: key === '' ? 'none' : key,
		baseURL: connection.baseUrl,
		organization: connection.organization === '' ? null : connection.organization,
		project: connection.project === '' ? null : connection.project,
		maxRetries: 0,
		timeout: sdkTimeoutMs,
		dangerouslyAllowBrowser: true,
		logLevel: 'off',
		defaultHeaders: {
			...withoutTelemetry,
			...keyHeaders(connection, key),
			...presetOf(connection)?.headers,
		},
		// No `cache`: told not to store, Chromium preflights every request anew, and stores no answer to a POST anyway.
		fetch: (input: string | URL | Request, init?: RequestInit) =>
			fetch(input, {
				...init,
				redirect: 'error',
				credentials: 'omit',
				referrerPolicy: 'no-referrer',
			}),
	} as const;
	// Azure's older API has the deployment in its path and the version in its query; its v1 API neither.
	return apiVersion === undefined
		? new OpenAI(options)
		: new AzureOpenAI({ ...options, apiVersion });
}

/** Azure takes a key in a header of its own; in Authorization it would be taken for a token of Entra ID. */
function keyHeaders(
	{ provider }: Connection,
	key: string,
): Readonly<Record<string, string | null>> {
	if (provider === 'azure') return { authorization: null, 'api-key': key === '' ? null : key };
	return key === '' ? { authorization: null } : {};
}
