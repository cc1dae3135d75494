import type { Provider } from '#domain/connection.ts';
import type { Column } from '#domain/dataset.ts';
import {
	emptyTemplate,
	type Draft,
	type SettingsDraft,
	type TemplateDraft,
} from '#domain/draft.ts';
import { withModels } from '#domain/model-lists.ts';
import type { Message } from '#domain/prompt.ts';
import type { TakeOver } from './template-files.ts';
import { suggestedModels } from './suggested-models.ts';

const replaceAt = <T>(list: readonly T[], at: number, item: T): readonly T[] =>
	list.map((other, i) => (i === at ? item : other));

const removeAt = <T>(list: readonly T[], at: number): readonly T[] =>
	list.filter((_, i) => i !== at);

const insertAfter = <T>(list: readonly T[], at: number, item: T): readonly T[] => [
	...list.slice(0, at + 1),
	item,
	...list.slice(at + 1),
];

/** The element at `from` comes to stand at `to`; the others close up behind it. */
function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
	const element = list[from];
	if (element === undefined || to < 0 || to >= list.length) return list;
	return removeAt(list, from).toSpliced(to, 0, element);
}

/** Models that the person chose are kept; ones that only stood there as the suggestion of the other provider are not. */
export function withProvider(draft: Draft, provider: Provider): Draft {
	if (provider === draft.provider) return draft;
	const suggested: readonly string[] = suggestedModels[draft.provider];
	const chosen = draft.models.some((model) => model.trim() !== '' && !suggested.includes(model));
	return chosen ? { ...draft, provider } : withSuggestedModel(draft, provider);
}

/** Whatever models stand there: none of them is kept. */
export const withSuggestedModel = (draft: Draft, provider: Provider): Draft =>
	withModels({ ...draft, provider }, [suggestedModels[provider][0] ?? '']);

/** What was typed for it stays with the field: it is only being written. */
export const withModel = (draft: Draft, at: number, model: string): Draft => ({
	...draft,
	models: replaceAt(draft.models, at, model),
});

export const withModelAdded = (draft: Draft): Draft =>
	withModels(draft, [...draft.models, ''], (list) => list);

export const withoutModel = (draft: Draft, at: number): Draft =>
	withModels(draft, removeAt(draft.models, at), (list) => removeAt(list, at));

export const withSettings = (draft: Draft, settings: Partial<SettingsDraft>): Draft => ({
	...draft,
	settings: { ...draft.settings, ...settings },
});

export const withTemplate = (draft: Draft, at: number, change: Partial<TemplateDraft>): Draft => ({
	...draft,
	templates: draft.templates.map((template, i) =>
		i === at ? { ...template, ...change } : template,
	),
});

export const withTemplateAdded = (draft: Draft): Draft => ({
	...draft,
	templates: [...draft.templates, emptyTemplate],
});

export function withTemplateCopied(draft: Draft, at: number): Draft {
	const template = draft.templates[at];
	if (template === undefined) return draft;
	return { ...draft, templates: insertAfter(draft.templates, at, template) };
}

export const withoutTemplate = (draft: Draft, at: number): Draft => ({
	...draft,
	templates: removeAt(draft.templates, at),
});

export const withTemplatesImported = (
	draft: Draft,
	templates: readonly TemplateDraft[],
	how: TakeOver,
): Draft => ({
	...draft,
	templates: how === 'replace' ? templates : [...draft.templates, ...templates],
});

export const withTemplateMoved = (draft: Draft, from: number, to: number): Draft => ({
	...draft,
	templates: moved(draft.templates, from, to),
});

export const withMessage = (
	template: TemplateDraft,
	at: number,
	change: Partial<Message>,
): Pick<TemplateDraft, 'messages'> => ({
	messages: template.messages.map((message, i) => (i === at ? { ...message, ...change } : message)),
});

/** A message more, by whoever's turn it is. */
export function withMessageAdded(template: TemplateDraft): Pick<TemplateDraft, 'messages'> {
	const role = template.messages.at(-1)?.role === 'user' ? 'assistant' : 'user';
	return { messages: [...template.messages, { role, content: '' }] };
}

export const withoutMessage = (
	template: TemplateDraft,
	at: number,
): Pick<TemplateDraft, 'messages'> => ({ messages: removeAt(template.messages, at) });

export const withMessageMoved = (
	template: TemplateDraft,
	from: number,
	to: number,
): Pick<TemplateDraft, 'messages'> => ({ messages: moved(template.messages, from, to) });

/** The column that names the rows when nobody has said: the one called id, whatever its case. */
export const likelyIdColumn = (columns: readonly Column[]): string | null =>
	columns.find(({ name }) => name.toLowerCase() === 'id')?.name ?? null;
