import type { Provider } from '#domain/connection.ts';
import type { Draft } from '#domain/draft.ts';
import { presetOf } from '#domain/presets.ts';
import { hostOf } from '../wording.ts';

export const providerOptions: readonly { readonly value: Provider; readonly label: string }[] = [
	{ value: 'demo', label: 'Demo (no key)' },
	{ value: 'openai', label: 'OpenAI' },
	{ value: 'azure', label: 'Azure OpenAI' },
	{ value: 'compatible', label: 'OpenAI-compatible' },
];

/** "Demo · demo-small", "host · 2 models". */
export function targetWords(draft: Draft, origin: string | null): string {
	const models = draft.models.map((model) => model.trim()).filter((model) => model !== '');
	const model = models.length > 1 ? `${String(models.length)} models` : (models[0] ?? 'no model');
	const others = draft.shares?.length ?? 0;
	const more = others === 0 ? '' : ` + ${String(others)}`;
	return `${targetName(draft, origin)}${more} · ${model}`;
}

/** The endpoint in a word or two. */
export function targetName(draft: Draft, origin: string | null): string {
	if (draft.provider === 'demo') return 'Demo';
	if (draft.provider === 'openai') return 'OpenAI';
	return origin === null ? 'no endpoint' : (presetOf(draft)?.name ?? hostOf(origin));
}

/** What leaves the browser, and where to. */
export function leavesWords(provider: Provider, origin: string | null, withKey: boolean): string {
	if (provider === 'demo') return 'Answers are simulated in this page. Nothing leaves it.';
	if (origin === null) return 'Prompts go to this address and nowhere else.';
	const what =
		withKey || provider === 'openai' || provider === 'azure' ? 'Prompts and the key' : 'Prompts';
	return `${what} go to ${hostOf(origin)} and nowhere else.`;
}
