/** A list of objects; an object a line; or objects one after another, over however many lines. */
export type JsonForm = 'array' | 'lines' | 'values';

/** What a file that begins like this is as JSON; null where it is none. Its text tells, its name only how to go on. */
export function jsonForm(sample: string, isWhole: boolean, name: string): JsonForm | null {
	const text = sample.trimStart();
	const isNamed = /\.(json|jsonl|ndjson)$/i.test(name);
	if (text.startsWith('[')) return isNamed || /^\[\s*[{[\]]/.test(text) ? 'array' : null;
	if (!isNamed && !/^\{\s*["}]/.test(text)) return null;
	if (!text.startsWith('{')) return null;
	if (/\.(jsonl|ndjson)$/i.test(name)) return 'lines';
	const lineEnd = text.search(/[\r\n]/);
	if (lineEnd === -1 && !isWhole) return 'values';
	const line = lineEnd === -1 ? text : text.slice(0, lineEnd);
	if (isJson(line)) return 'lines';
	// A table may begin with an object in a cell.
	const isTable = /\.(csv|tsv|tab)$/i.test(name) && /^\{.*\}.*[^\s},\]]/.test(line);
	return isTable ? null : 'values';
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}
