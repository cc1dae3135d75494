import { isLoopbackName } from './connection.ts';
import { err, ok, type Result } from './result.ts';

const dated = /^\d{4}-\d{2}-\d{2}(-preview)?$/;

/** Empty for the v1 API, which has no versions; else the date that the older API goes by. Refused in words. */
export function normalizeApiVersion(typed: string): Result<string, string> {
	const text = typed.trim().toLowerCase();
	if (text === '' || text === 'v1') return ok('');
	return dated.test(text)
		? ok(text)
		: err(
				`API version “${typed.trim()}” is none. Write a date such as 2024-10-21, or leave it empty for the v1 API.`,
			);
}

/**
 * Where an Azure OpenAI resource answers, made of its name or of its address as people paste it. A gateway before it may
 * have any host and path. Refused in words: the portal, the address of one deployment or of a project, no https. `version`
 * is that of `normalizeApiVersion`.
 */
export function normalizeResource(typed: string, version = ''): Result<string, string> {
	const text = typed.trim();
	if (text === '')
		return err(
			'Write the name of the Azure resource, or its address: https://NAME.openai.azure.com',
		);
	if (/^[a-z0-9][a-z0-9-]{0,62}$/i.test(text))
		return ok(`https://${text.toLowerCase()}.openai.azure.com`);
	const url = parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
	if (url === null)
		return err(
			`Resource “${text}” is neither a name nor an address. Write it as https://NAME.openai.azure.com`,
		);
	if (url.username !== '' || url.password !== '')
		return err('Resource holds a user name or password. Remove it; put the key in API key.');
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackName(url.hostname)))
		return err(`Resource must begin with https://, not ${url.protocol}//.`);
	if (portals.test(url.hostname))
		return err(
			`${url.hostname} is the portal, not the resource. Copy the endpoint from there: https://NAME.openai.azure.com`,
		);
	const deployment = /\/openai\/deployments\/([^/]+)/.exec(url.pathname)?.[1];
	if (deployment !== undefined)
		return err(
			`This is the address of one deployment. Write only ${url.origin}; “${decoded(deployment)}” goes in Model${versionIn(url)}.`,
		);
	if (url.search !== '' || url.hash !== '')
		return err(`Resource ends with a query (? or #). Write only ${url.origin}${versionIn(url)}.`);
	const path = url.pathname.replace(/\/+$/, '').replace(/\/openai(\/v1(\/.*)?)?$/, '');
	if (path !== '' && ownHosts.test(url.hostname))
		return err(
			path.startsWith('/api/projects/')
				? `This is the address of a Foundry project. Write only ${url.origin}`
				: `The API of Azure OpenAI does not stand at ${path}. Write only ${url.origin}`,
		);
	// The `openai` package leaves the deployment out of a path that has this part: every request would go astray.
	if (version !== '' && path.split('/').includes('deployments'))
		return err(
			`Resource has “deployments” in its path, where the deployment of each request would be lost. Leave API version empty, or give the gateway another path.`,
		);
	return ok(url.origin + path);
}

/** The base URL of the API: `version` empty is the v1 API. */
export const azureBaseUrl = (resource: string, version: string): string =>
	`${resource}/openai${version === '' ? '/v1' : ''}`;

/** The resource that a base URL was made of. */
export const resourceIn = (baseUrl: string): string => baseUrl.replace(/\/openai(\/v1)?$/, '');

/** Versions from this one on know `max_completion_tokens`, which reasoning models ask for. */
const newerLimitSince = '2024-09-01';

export const knowsNewerLimit = (apiVersion: string | undefined): boolean =>
	apiVersion === undefined || apiVersion >= newerLimitSince;

const portals = /^(portal\.azure\.com|(oai|ai)\.azure\.com)$/i;

const ownHosts =
	/\.(openai\.azure\.com|cognitiveservices\.azure\.com|services\.ai\.azure\.com|api\.cognitive\.microsoft\.com|openai\.azure\.us)$/i;

const versionIn = (url: URL): string => {
	const version = /[?&]api-version=([^&#]+)/.exec(url.search)?.[1];
	return version === undefined ? '' : `; “${decoded(version)}” goes in API version`;
};

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function parse(text: string): URL | null {
	try {
		return new URL(text);
	} catch {
		return null;
	}
}
