import type { RunRefusal } from '#contract/engine-api.ts';
import type { ChoiceMark } from '#domain/completion.ts';
import type { Connection } from '#domain/connection.ts';
import type { Failure, FailureKind } from '#domain/failure.ts';
import type { Role } from '#domain/prompt.ts';
import { assertNever } from '#domain/result.ts';
import type { RunPhase, RunSetup } from '#domain/run.ts';
import { formatCount } from './format.ts';

export interface Words {
	/** What happened: a sentence. */
	readonly title: string;
	/** What that means for the rows. */
	readonly meaning: string;
	/** What to do. */
	readonly advice: string;
}

export const failureWords: Readonly<Record<FailureKind, Words>> = {
	unauthorized: {
		title: 'The API key was not accepted.',
		meaning: 'The endpoint would turn down every other row in the same way.',
		advice: 'Type a key that works for this endpoint, then resume.',
	},
	forbidden: {
		title: 'The key has no permission for this.',
		meaning: 'The endpoint knows the key, but it may not use this model, project or region.',
		advice: 'Give the key access in the account’s settings or type another one, then resume.',
	},
	quotaExhausted: {
		title: 'The account has no credit left.',
		meaning: 'No row is answered until the account can pay or its limit is raised.',
		advice: 'Add credit or change the key, then resume.',
	},
	modelNotFound: {
		title: 'The endpoint has no such model.',
		meaning: 'The name is misspelt, the model was withdrawn, or this key may not use it.',
		advice: 'Duplicate the run and choose another model; or give the key access, then resume.',
	},
	wrongEndpoint: {
		title: 'This model does not take this kind of prompt.',
		meaning: 'It belongs to another Endpoint: Chat Completions, Completions or Responses.',
		advice: 'Duplicate the run, then choose the other Endpoint or another model.',
	},
	notAnApi: {
		title: 'There is no such API at this address.',
		meaning:
			'What answered is a web page, a sign-in, or a server without this Endpoint, so no row can get an answer there.',
		advice:
			'Duplicate the run and correct the Base URL (it often ends with /v1) or the Resource, or choose another Endpoint.',
	},
	parameterRefused: {
		title: 'The model does not take one of the settings.',
		meaning: 'Sent in the same way, it would be refused again.',
		advice: 'Duplicate the run and change that setting, or choose another model.',
	},
	badRequest: {
		title: 'The endpoint refused the request.',
		meaning: 'A parameter or the text is not allowed. The same again would be refused again.',
		advice: 'Read what the endpoint said, then duplicate the run and change the setting or prompt.',
	},
	contextLengthExceeded: {
		title: 'The prompt is too long for the model.',
		meaning: 'Prompt and answer together are more than the model can take for these rows.',
		advice: 'Shorten the text, lower Max tokens, or choose a model that takes longer prompts.',
	},
	promptTooLong: {
		title: 'The prompt is longer than the context window.',
		meaning: 'It was not sent, and nothing was paid for it.',
		advice: 'Shorten these rows, or duplicate the run and correct Context window in Settings.',
	},
	contentFiltered: {
		title: 'The provider’s content filter held the answer back.',
		meaning: 'The prompt was judged to be against the provider’s rules, so there is no answer.',
		advice: 'Look at these rows; reword them or leave them out.',
	},
	requestTooLarge: {
		title: 'One request is larger than the account’s limit.',
		meaning: 'Alone it is more than may be sent in a minute, so waiting would not help.',
		advice: 'Shorten the text, lower Max tokens, or raise the account’s limit.',
	},
	rateLimited: {
		title: 'The endpoint asked to slow down.',
		meaning: 'More was sent than the account may send in a minute. These rows wait their turn.',
		advice: 'Nothing needs doing. If it goes on for long, lower Max concurrency.',
	},
	overloaded: {
		title: 'The endpoint had too much to do.',
		meaning: 'Every attempt at these rows met the same answer.',
		advice: 'Wait some minutes, then press Retry failed.',
	},
	serverError: {
		title: 'The endpoint had a fault of its own.',
		meaning: 'Nothing is wrong with these rows: every attempt met a fault on the other side.',
		advice: 'Wait some minutes, then press Retry failed.',
	},
	timeout: {
		title: 'No answer came in time.',
		meaning: 'Every attempt took longer than the timeout. The endpoint may charge for it even so.',
		advice: 'Press Retry failed; or duplicate the run with a longer Timeout or lower Max tokens.',
	},
	conflict: {
		title: 'The endpoint was busy with something that stood in the way.',
		meaning: 'Every attempt at these rows met the same answer.',
		advice: 'Wait a moment, then press Retry failed.',
	},
	network: {
		title: 'The endpoint could not be reached.',
		meaning: 'No answer came back, and browsers do not tell a page why.',
		advice: 'Look at these, then resume or press Retry failed:',
	},
	malformed: {
		title: 'The answer could not be read.',
		meaning: 'Something came back, but cut short or not in the form of an answer.',
		advice: 'Press Retry failed. If it stays so, check that the Base URL leads to the endpoint.',
	},
	storage: {
		title: 'The results could not be saved.',
		meaning: 'The browser refused to write, so sending stopped.',
		advice: 'Once the cause is mended, reload the page, then resume.',
	},
	resultsLost: {
		title: 'This browser has lost answers that it had stored.',
		meaning: 'Their rows count as waiting again, although they were answered and paid for.',
		advice: 'Nothing is sent by itself. To send those rows once more, resume.',
	},
};

/** Of a run whose key was forgotten while it was going: nobody has turned it down. */
export const keyForgottenWords: Words = {
	title: 'The API key was forgotten.',
	meaning: 'Nothing leaves with a key once it is forgotten.',
	advice: 'Type a key for this endpoint, then resume.',
};

/** What to do where the results cannot be saved because the room given to this page is used up. */
export const fullStoreAdvice = 'Free some space, for example by deleting old runs, then resume.';

/** How the endpoint is called in a sentence. */
export function endpointName({ provider, baseUrl }: Connection): string {
	switch (provider) {
		case 'demo':
			return 'Demo';
		case 'openai':
			return 'OpenAI';
		case 'azure':
			return 'Azure OpenAI';
		case 'compatible':
			return hostOf(baseUrl);
		default:
			return assertNever(provider);
	}
}

/** "a and b", "a, b and c". */
export const hostsOf = (origins: readonly string[]): string =>
	new Intl.ListFormat('en-GB').format(origins.map(hostOf));

export const hostOf = (baseUrl: string): string => new URL(baseUrl).host;

/** Where every request of the run goes. */
export const destinationOf = (connection: Connection): string =>
	connection.provider === 'demo'
		? 'simulated in this page; nothing is sent'
		: `all requests go to ${hostOf(connection.baseUrl)}`;

/** As `destinationOf`, of all connections of a run. */
export function destinationsOf({ connection, shares = [] }: RunSetup): string {
	if (shares.length < 2) return destinationOf(connection);
	const hosts = new Set(shares.map(({ name }) => name));
	return `requests go to ${[...hosts].join(', ')}`;
}

/** The endpoint's own words, as a quotation; null where it gave none. */
export function quoteOf(failure: Failure, from: string): string | null {
	if (failure.message === '') return null;
	if (failure.kind === 'promptTooLong') return failure.message;
	const quoted = `“${failure.message.replace(/[.\s]+$/, '')}”.`;
	if (failure.status === null) return `It was reported as ${quoted}`;
	return `${from} answered ${quoted}`;
}

export const phaseWords: Readonly<Record<RunPhase['name'], string>> = {
	running: 'running',
	pausing: 'pausing',
	paused: 'paused',
	stopped: 'stopped',
	interrupted: 'interrupted',
	needsAttention: 'needs attention',
	finished: 'finished',
};

export interface MarkWords {
	readonly chip: string;
	readonly meaning: string;
	readonly tone: 'plain' | 'warn' | 'bad';
}

export const markWords: Readonly<Record<ChoiceMark, MarkWords>> = {
	complete: { chip: 'complete', meaning: 'The model came to its own end.', tone: 'plain' },
	truncated: {
		chip: 'cut off',
		meaning: 'Max tokens ended it; the text stops short.',
		tone: 'warn',
	},
	refused: { chip: 'refused', meaning: 'The model declined to answer.', tone: 'bad' },
	filtered: {
		chip: 'filtered',
		meaning: 'The provider’s content filter held it back.',
		tone: 'bad',
	},
	empty: { chip: 'empty', meaning: 'An answer came without any text.', tone: 'warn' },
};

const finishMeanings: ReadonlyMap<string, string> = new Map([
	['stop', 'The model came to its own end.'],
	['length', 'Max tokens, or the model’s own limit, ended it.'],
	['content_filter', 'The provider’s content filter held it back.'],
	['tool_calls', 'The model asked to call a tool.'],
	['function_call', 'The model asked to call a function.'],
	['none', 'The endpoint gave no reason.'],
]);

export const finishMeaning = (reason: string): string =>
	finishMeanings.get(reason) ?? 'A reason that this endpoint gives.';

export function refusalWords(refusal: RunRefusal): Words {
	switch (refusal.kind) {
		case 'missing':
			return {
				title: 'This run is no longer here.',
				meaning: 'It was deleted, perhaps in another tab.',
				advice: 'Start a new run.',
			};
		case 'dataMissing':
			return {
				title:
					'The rows of this run are no longer stored in this browser, so nothing more can be sent.',
				meaning: 'What was answered is still here.',
				advice: 'Download it; for the rest, start a new run with the same file.',
			};
		case 'rowsDiffer':
			return {
				title: 'The rows are no longer those that this page had counted, so nothing was sent.',
				meaning: `It had counted ${formatCount(refusal.counted)}; by the choice of rows there are ${formatCount(refusal.found)}.`,
				advice: 'Reload the page, look at the choice of rows, and start again.',
			};
		case 'needsKey':
			return {
				title: 'The API key is needed again.',
				meaning: 'Keys are forgotten when the tab closes.',
				advice: 'Type it to go on.',
			};
		case 'going':
			return {
				title: 'The run is going already.',
				meaning: 'What you asked for can be begun only while it rests.',
				advice: 'Pause it, or wait until it is done, and press again.',
			};
		case 'lastConnection':
			return {
				title: 'It is the only connection that the run still has.',
				meaning: 'The others were left out before, perhaps in another tab.',
				advice: 'Mend it and press Resume, or duplicate the run with other connections.',
			};
		case 'readOnly':
			return {
				title: 'This run was read from a results file.',
				meaning: 'Such a file does not say all that would have to be sent.',
				advice: 'Duplicate it to send it again.',
			};
		case 'lockedOut':
			return {
				title: `This tab is locked to ${hostsOf(refusal.lockedTo)}, so nothing was sent to ${hostsOf(refusal.origins.filter((origin) => !refusal.lockedTo.includes(origin)))}.`,
				meaning:
					'A tab locks itself to the connections that are set up, before a run sends anything.',
				advice:
					'Reload the page and press again: it then locks itself to these. Keys typed here have to be typed again.',
			};
		case 'ownedElsewhere':
			return {
				title: 'This run is going in another tab.',
				meaning: 'Only one tab at a time sends its requests, so that none is sent twice.',
				advice: 'Look for it there; or close that tab and try again here.',
			};
		case 'storage':
			return {
				title: 'The browser’s storage refused.',
				meaning: refusal.message,
				advice: 'If its room is used up, delete old runs. Then try again.',
			};
		default:
			return assertNever(refusal);
	}
}

export const roleWords: Readonly<Record<Role, string>> = {
	system: 'System',
	developer: 'Developer',
	user: 'User',
	assistant: 'Assistant',
};

/** The title of a failure as a stored item names it; a kind that this version does not know is named as it is. */
export const failureTitle = (kind: string): string =>
	Object.entries(failureWords).find(([known]) => known === kind)?.[1].title ?? kind;
