import type { Connection } from '#domain/connection.ts';
import type { Failure } from '#domain/failure.ts';
import type { ConnectionTest } from '#domain/model-list.ts';
import { presetOf } from '#domain/presets.ts';
import type { Here } from '../run/here.ts';
import { networkChecks } from '../run/network-checks.ts';
import { endpointName, failureWords, quoteOf } from '../wording.ts';

/** What a verdict means: sentences, then what to look at, likeliest first. */
export interface VerdictDetails {
	readonly sentences: readonly string[];
	readonly checks: readonly string[];
}

/** Null where the verdict says it all. */
export function verdictDetails(
	result: ConnectionTest,
	connection: Connection,
	here: Here,
): VerdictDetails | null {
	const host = endpointName(connection);
	const asked = `${connection.baseUrl}/models`;
	switch (result.kind) {
		case 'models':
			return workingDetails(connection);
		case 'noList':
			return result.isApi
				? {
						sentences: [
							`${host} answered ${String(result.status)}, as an API does, to ${asked}: no list of models stands there. Nothing else was tried, neither the key nor a model.`,
						],
						checks: [
							'Some endpoints have no such list. Then type the model’s name; the first request of a run shows whether all is right.',
							`The Base URL is whole: ${pathHint(connection)}`,
						],
					}
				: {
						sentences: [
							`${host} answered ${String(result.status)} to ${asked}, but not as an API does.`,
						],
						checks: [`The Base URL has its path: ${pathHint(connection)}`],
					};
		case 'webPage':
			return {
				sentences: [
					`${asked} answered with a web page${result.title === '' ? '' : `, “${result.title}”`}. It leads to a site for people, or to a sign-in.`,
				],
				checks: [
					`The Base URL is that of the API, not of the website: ${pathHint(connection)}`,
					'No company network or hotel sign-in answers in its place.',
				],
			};
		case 'failed':
			return failedDetails(result.failure, connection, host, here);
	}
}

function workingDetails(connection: Connection): VerdictDetails | null {
	if (connection.provider === 'azure')
		return {
			sentences: [
				'The resource answers and takes the key. It does not tell which models are deployed: type the name of your deployment as Model.',
			],
			checks: [],
		};
	const preset = presetOf(connection);
	if (preset?.listing?.provesKey !== false) return null;
	return {
		sentences: [
			`${preset.name} shows its models to anybody, so this says nothing of the key. The first request of a run does.`,
		],
		checks: [],
	};
}

function failedDetails(
	failure: Failure,
	connection: Connection,
	host: string,
	here: Here,
): VerdictDetails {
	const quote = quoteOf(failure, host);
	if (failure.kind === 'network' || failure.kind === 'timeout')
		return {
			sentences: [
				failure.kind === 'timeout'
					? `${host} gave no answer. ${failure.message}`
					: 'No answer came back, and browsers do not tell a page why. Look at these:',
			],
			checks: networkChecks(connection, here),
		};
	return {
		sentences: [failureWords[failure.kind].title, ...(quote === null ? [] : [quote])],
		checks: keyChecks(failure, connection),
	};
}

function keyChecks({ kind }: Failure, connection: Connection): readonly string[] {
	if (kind === 'unauthorized')
		return [
			'The key is whole and belongs to this endpoint.',
			...(connection.provider === 'azure'
				? ['It is a key of this resource (Keys and Endpoint), not of another one.']
				: []),
		];
	if (kind === 'forbidden')
		return ['The key may list models: a key for single purposes sends requests even so.'];
	return [];
}

function pathHint({ baseUrl }: Connection): string {
	const path = new URL(baseUrl).pathname;
	return /\/v\d/.test(path) ? baseUrl : `${baseUrl}. It often ends with /v1.`;
}
