import { isJsonObject, textAt, type JsonObject } from '#domain/json.ts';
import type { ListedModel } from '#domain/model-list.ts';

/** More than any endpoint has; what is beyond is left out, so that no answer can fill the page. */
const mostModels = 5_000;
const longestText = 200;

/**
 * `{data: […]}` as OpenAI's, a bare list as Together's, `{models: […]}` as others'; by name, each once. Null where the
 * body is no list of models.
 */
export function readModelList(body: unknown): readonly ListedModel[] | null {
	const entries = entriesOf(body);
	if (entries === null) return null;
	const models = new Map<string, ListedModel>();
	for (const entry of entries) {
		if (!isJsonObject(entry)) continue;
		const id = textAt(entry, 'id') ?? textAt(entry, 'name');
		if (id === null || id === '' || id.length > longestText || models.has(id)) continue;
		models.set(id, {
			id,
			ownedBy: short(textAt(entry, 'owned_by') ?? textAt(entry, 'organization')),
			contextWindow: contextOf(entry),
			shutdownDate: dateOf(entry['shutdown_date']) ?? dateOf(entry['expiration_date']),
		});
		if (models.size === mostModels) break;
	}
	// A list of things that are no models is none.
	if (models.size === 0 && entries.length > 0) return null;
	return [...models.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function entriesOf(body: unknown): readonly unknown[] | null {
	if (isList(body)) return body;
	if (!isJsonObject(body)) return null;
	const { data, models } = body;
	if (isList(data)) return data;
	return isList(models) ? models : null;
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const short = (text: string | null): string | null =>
	text === null || text === '' ? null : text.slice(0, longestText);

/** OpenRouter's and Together's, Groq's, vLLM's, Mistral's, LM Studio's names for it. */
const contextNames = [
	'context_length',
	'context_window',
	'max_model_len',
	'max_context_length',
	'loaded_context_length',
];

function contextOf(entry: JsonObject): number | null {
	const meta = isJsonObject(entry['meta']) ? entry['meta'] : {};
	const found = [...contextNames.map((name) => entry[name]), meta['n_ctx_train']].find(
		(value) => typeof value === 'number' && Number.isInteger(value) && value > 0,
	);
	return typeof found === 'number' ? found : null;
}

const dateOf = (value: unknown): string | null =>
	typeof value === 'string' ? (/^\d{4}-\d{2}-\d{2}/.exec(value)?.[0] ?? null) : null;
