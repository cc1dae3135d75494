import { isSetupName } from './setup-name.ts';

export const templateFileEndings = ['.txt', '.md', '.markdown', '.json', '.jsonl'] as const;

export const endingOf = (name: string): string => /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? '';

/** Whether a file of that name can hold templates and is neither a table nor a setup. */
export const isTemplateFileName = (name: string): boolean =>
	!isSetupName(name) && templateFileEndings.some((ending) => ending === endingOf(name));
