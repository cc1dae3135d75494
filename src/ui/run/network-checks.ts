import { isLoopback, type Connection } from '#domain/connection.ts';
import { endpointName } from '../wording.ts';
import type { Here } from './here.ts';

const localNames =
	/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)|\.(local|lan|internal|home\.arpa)$|^[^.]+$/;

const localPermission =
	'If the browser asked whether this site may reach this device or the local network, that was allowed: see the site’s settings, left of the address.';

/**
 * What to look at where nothing was reached, likeliest first. A page is not told whether it was offline, refused, blocked
 * by the browser or turned away for want of CORS headers: nothing here is a guess.
 */
export function networkChecks(connection: Connection, { origin, secure, offline }: Here): string[] {
	const { hostname } = new URL(connection.baseUrl);
	const offlineHint = offline ? ['The browser says that this computer is offline.'] : [];
	if (isLoopback(connection)) return loopbackChecks(connection, origin, secure);
	const isLocal = localNames.test(hostname);
	return [
		...offlineHint,
		'This computer is online, and no VPN, firewall or company network stands in between.',
		'No ad or privacy blocker holds the requests back: try it switched off for this page.',
		...(connection.provider === 'openai'
			? ['OpenAI is up: see status.openai.com.']
			: [
					`The Base URL is spelt right: ${connection.baseUrl}`,
					`${endpointName(connection)} lets web pages call it (its CORS setting): it has to allow ${origin}, and the headers authorization and content-type.`,
				]),
		...(isLocal && secure ? [localPermission] : []),
	];
}

function loopbackChecks(connection: Connection, origin: string, secure: boolean): string[] {
	return [
		`A server is running at ${endpointName(connection)}, and the Base URL has its port and path, often /v1.`,
		`The server lets this page call it (its CORS setting). Ollama: start it with OLLAMA_ORIGINS=${origin}. LM Studio: switch on “Enable CORS”. vLLM: add the page to --allowed-origins if that was changed.`,
		...(secure
			? [
					localPermission,
					'Safari lets no https:// page call an http:// address: use another browser, or open Volley from localhost.',
				]
			: []),
	];
}
