import type { Dataset } from '#domain/dataset.ts';
import { textsOf } from '#domain/prompt.ts';
import type { RunSetup } from '#domain/run.ts';
import { parseTemplate } from '#domain/template.ts';

export interface ShownColumn {
	readonly name: string;
	/** Its place among the dataset's columns. */
	readonly position: number;
}

/** The columns of the rows that stand in the results table: those that the templates use, else the first. */
export function shownColumns(
	setup: RunSetup,
	dataset: Dataset | null,
	most: number,
): readonly ShownColumn[] {
	const columns = (dataset?.columns ?? [])
		.map(({ name }, position) => ({ name, position }))
		.filter(({ name }) => name !== setup.idColumn);
	const variables = new Set(
		setup.templates.flatMap(textsOf).flatMap((text) => parseTemplate(text).variables),
	);
	const used = [...variables].flatMap((name) => columns.filter((column) => column.name === name));
	return used.length > 0 ? used.slice(0, most) : columns.slice(0, 1);
}
