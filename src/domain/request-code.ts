import type { Provider } from './connection.ts';
import type { JsonObject, JsonValue } from './json.ts';

export interface PreviewHeader {
	readonly name: string;
	readonly value: string;
	/** Whether the key follows the value, and is left out here. */
	readonly endsWithKey: boolean;
}

/** One call exactly as it leaves, but for the key. */
export interface RequestPreview {
	readonly url: string;
	readonly headers: readonly PreviewHeader[];
	readonly body: JsonObject;
}

/** A request of a run as it is sent, for whoever sends it by other means. */
export interface RequestReplay {
	readonly request: RequestPreview;
	readonly provider: Provider;
	readonly timeoutSeconds: number;
}

/** The environment variable for a key: one named after OpenAI holds OpenAI's, which no other host may be sent. */
export const keyVariable = (provider: Provider): string =>
	provider === 'openai' ? 'OPENAI_API_KEY' : 'API_KEY';

/**
 * Characters that a page or a terminal does not show, or that turn the direction of what follows: what is copied must be
 * what was read, so they stand as escapes, which JSON and Python spell alike.
 */
const unseen =
	/[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The body as JSON for people, and for the endpoint the same. */
export const jsonText = (body: JsonValue): string =>
	JSON.stringify(body, null, 2).replace(unseen, escaped);

/** One word of a POSIX shell. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A word that ends with the value of a variable. */
const shellWordBefore = (text: string, variable: string): string =>
	`"${text.replace(/["\\$`]/g, '\\$&')}$${variable}"`;

/** Systems refuse a word of more than 128 kB; what is longer is given as input. A character is 3 bytes at most. */
const longestWord = 40_000;

/** No line of JSON reads so: all begin with a brace, a bracket, a quote or a blank. */
const inputEnd = 'BODY';

/** `keyName` is the environment variable that holds the key. */
export function curlCommand({ url, headers, body }: RequestPreview, keyName: string): string {
	const text = jsonText(body);
	const lines = [
		// Where an address holds brackets, curl would take them for a range.
		`curl ${/[[\]{}]/.test(url) ? '--globoff ' : ''}${shellWord(url)}`,
		...headers.map(({ name, value, endsWithKey }) => {
			const header = `${name}: ${value}`;
			return `  -H ${endsWithKey ? shellWordBefore(header, keyName) : shellWord(header)}`;
		}),
		text.length > longestWord
			? `  --data-binary @- <<'${inputEnd}'\n${text}\n${inputEnd}`
			: `  --data-raw ${shellWord(text)}`,
	];
	return `${lines.join(' \\\n')}\n`;
}

/** A text as Python spells it. JSON's escapes are Python's too; the one JSON alone has, `\/`, is never written. */
const pythonText = (text: string): string => JSON.stringify(text).replace(unseen, escaped);

/** A value as a literal of Python. */
export function pythonLiteral(value: JsonValue, indent = ''): string {
	if (value === null) return 'None';
	if (value === true) return 'True';
	if (value === false) return 'False';
	if (typeof value === 'string') return pythonText(value);
	if (typeof value === 'number') return JSON.stringify(value);
	const inner = `${indent}    `;
	const isList = (list: JsonValue): list is readonly JsonValue[] => Array.isArray(list);
	const [open, close] = isList(value) ? ['[', ']'] : ['{', '}'];
	const lines = isList(value)
		? value.map((one) => pythonLiteral(one, inner))
		: Object.entries(value).map(([key, one]) => `${pythonText(key)}: ${pythonLiteral(one, inner)}`);
	if (lines.length === 0) return open + close;
	return `${open}\n${lines.map((line) => `${inner}${line},\n`).join('')}${indent}${close}`;
}

/** As a script for the `requests` package. */
export function pythonScript(
	{ url, headers, body }: RequestPreview,
	keyName: string,
	timeoutSeconds: number,
): string {
	const headerLines = headers.map(({ name, value, endsWithKey }) => {
		const key = `os.environ[${pythonText(keyName)}]`;
		const before = value === '' ? '' : `${pythonText(value)} + `;
		return `    ${pythonText(name)}: ${endsWithKey ? before + key : pythonText(value)},\n`;
	});
	return [
		...(headers.some(({ endsWithKey }) => endsWithKey) ? ['import os', ''] : []),
		'import requests',
		'',
		`url = ${pythonText(url)}`,
		`headers = {\n${headerLines.join('')}}`,
		`body = ${pythonLiteral(body)}`,
		'',
		`response = requests.post(url, headers=headers, json=body, timeout=${String(timeoutSeconds)})`,
		'print(response.status_code, response.text)',
		'',
	].join('\n');
}
