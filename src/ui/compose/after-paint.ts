/** What the page can be painted without, in one file: it is fetched as soon as the rest is there. */
export { default as ColumnCompletion } from './ColumnCompletion.svelte';
export { default as PagedTemplates } from './PagedTemplates.svelte';
export { default as PromptPreview } from './PromptPreview.svelte';
