import { isLoopback, type Connection } from '#domain/connection.ts';
import { presetOf } from '#domain/presets.ts';
import { corsWords } from '../cors-words.ts';
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
					`The ${connection.provider === 'azure' ? 'Resource' : 'Base URL'} is spelt right: ${connection.baseUrl}`,
					...corsChecks(connection, origin),
				]),
		...(isLocal && secure ? [localPermission] : []),
	];
}

function corsChecks(connection: Connection, origin: string): string[] {
	if (connection.provider === 'azure')
		return [
			`Azure lets this page call it (CORS), which it does not promise: if not, a gateway before it, such as API Management, with a CORS policy that allows ${origin} and the headers api-key and content-type.`,
		];
	const preset = presetOf(connection);
	const headers = ['authorization', 'content-type', ...Object.keys(preset?.headers ?? {})];
	const named = `${headers.slice(0, -1).join(', ')} and ${headers.at(-1) ?? ''}`;
	return [
		...(preset === null ? [] : [`${preset.name}: ${corsWords(preset, origin)}`]),
		`${endpointName(connection)} lets web pages call it (its CORS setting): it has to allow ${origin}, and the headers ${named}.`,
	];
}

function loopbackChecks(connection: Connection, origin: string, secure: boolean): string[] {
	const preset = presetOf(connection);
	return [
		`A server is running at ${endpointName(connection)}, and the Base URL has its port and path, often /v1.`,
		...(preset !== null
			? [`${preset.name}: ${corsWords(preset, origin)}`]
			: [
					`The server lets this page call it (its CORS setting). Ollama: start it with OLLAMA_ORIGINS=${origin}. LM Studio: switch on “Enable CORS”. vLLM: add the page to --allowed-origins if that was changed.`,
				]),
		...(secure
			? [
					localPermission,
					'Safari lets no https:// page call an http:// address: use another browser, or open Volley from localhost.',
				]
			: []),
	];
}
