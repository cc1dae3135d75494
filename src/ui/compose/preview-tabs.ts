import type { Tab } from '../run/tab.ts';

export type PreviewForm = 'text' | 'json' | 'curl' | 'python';

/** How a row's prompt can be looked at. */
export const previewTabs: readonly Tab<PreviewForm>[] = [
	{ value: 'text', label: 'Text', count: null },
	{ value: 'json', label: 'Request (JSON)', count: null },
	{ value: 'curl', label: 'curl', count: null },
	{ value: 'python', label: 'Python', count: null },
];
