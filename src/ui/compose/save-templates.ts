import { templatesFile } from '#domain/template-files.ts';
import type { Draft } from '#domain/draft.ts';
import { saveFile } from '../run/save-file.ts';

/** Saves the templates as a file that `Import templates` reads. */
export function saveTemplates({ endpoint, templates }: Draft): void {
	const text = templatesFile(endpoint, templates);
	saveFile({ name: 'templates.json', blob: new Blob([text], { type: 'application/json' }) });
}
