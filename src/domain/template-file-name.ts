export const templateFileEndings = ['.txt', '.md', '.markdown', '.json', '.jsonl'] as const;

export const endingOf = (name: string): string => /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? '';

/** Whether a file of that name can hold templates without being a table. */
export const isTemplateFileName = (name: string): boolean =>
	templateFileEndings.some((ending) => ending === endingOf(name));
