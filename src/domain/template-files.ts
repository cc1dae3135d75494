import { mostTemplates, tooManyTemplates } from './caps.ts';
import { templateOf } from './check-template.ts';
import type { Endpoint } from './connection.ts';
import type { TemplateDraft } from './draft.ts';
import { err, type Result } from './result.ts';
import { endingOf } from './template-file-name.ts';
import {
	ofText,
	TemplateReader,
	withLineFeeds,
	type TemplateFaults,
	type TemplatesRead,
} from './template-reader.ts';

/**
 * Template files (docs/templates.md): a text or Markdown file is one template; JSON and JSONL hold prompts as texts, and
 * chats as lists of messages, in the forms in which batch-prompt and the API take them.
 */

/** The templates that a file's text holds; `name` tells how it is read. */
export function readTemplateFile(
	name: string,
	text: string,
): Result<TemplatesRead, TemplateFaults> {
	const content = text.replace(/^\ufeff/, '');
	if (content.includes('\0'))
		return err([`${name} is not a text file. Choose .txt, .md, .json or .jsonl.`]);
	if (content.trim() === '') return err([`${name} is empty. Write a prompt in it.`]);
	const ending = endingOf(name);
	const reader = new TemplateReader();
	if (ending === '.jsonl') reader.readLines(name, content);
	else if (ending === '.json') reader.readJson(name, content);
	// An editor ends the last line; that end was not meant to be sent.
	else reader.add(ofText(withLineFeeds(content).replace(/\n$/, '')));
	const { result } = reader;
	return result.ok && result.value.templates.length > mostTemplates
		? err([tooManyTemplates(`${name} holds`, result.value.templates.length)])
		: result;
}

/** What is sent of the templates, as JSON that `readTemplateFile` reads back: lists of messages, or texts. */
export function templatesFile(endpoint: Endpoint, drafts: readonly TemplateDraft[]): string {
	const written = drafts.map((draft) => {
		const template = templateOf(endpoint, draft);
		if (template.kind === 'completion') return template.text;
		// An empty list would be no template; the place of each counts.
		return template.messages.length > 0 ? template.messages : [{ role: 'user', content: '' }];
	});
	return `${JSON.stringify(written, null, 2)}\n`;
}
