import type { Dataset } from '#domain/dataset.ts';
import type { Draft } from '#domain/draft.ts';
import { parseTemplate } from '#domain/template.ts';
import { likelyIdColumn } from './draft-edits.ts';

/** An opened setup without rows of its own goes over those that are here. */
export function overData(draft: Draft, dataset: Dataset | null): Draft {
	if (dataset === null) return draft;
	const isHere = dataset.columns.some(({ name }) => name === draft.idColumn);
	const idColumn = isHere ? draft.idColumn : likelyIdColumn(dataset.columns);
	return { ...draft, datasetId: dataset.id, idColumn };
}

/** The columns that a setup's prompts and ids need, and the data does not have. */
export function missingColumns(draft: Draft, dataset: Dataset | null): readonly string[] {
	const texts = draft.templates.flatMap(({ messages, prompt }) =>
		draft.endpoint === 'completions' ? [prompt] : messages.map(({ content }) => content),
	);
	const needed = new Set(texts.flatMap((text) => parseTemplate(text).variables));
	if (draft.idColumn !== null) needed.add(draft.idColumn);
	const here = new Set(dataset?.columns.map(({ name }) => name));
	return [...needed].filter((name) => !here.has(name));
}
