import { isLoopbackName, type Provider } from './connection.ts';

/** What is known of a service that speaks OpenAI's API: its address, and where it differs. */
export interface Preset {
	readonly id: string;
	readonly name: string;
	readonly baseUrl: string;
	/** Whether requests are refused without a key. */
	readonly needsKey: boolean;
	/** Where a key is made; null where none is needed. */
	readonly keysAt: string | null;
	/** Sent with every request beside the key. Each one has to be let through by the service's CORS setting. */
	readonly headers?: Readonly<Record<string, string>>;
	/** The name of the limit on an answer's tokens in Chat Completions. */
	readonly tokenLimit: 'max_tokens' | 'max_completion_tokens';
	/** Whether several completions of one request (`n`) are given; where not, `n` is refused or ignored. */
	readonly takesN: boolean;
	/** How many prompts one request to Completions may carry; `none`: there is no such endpoint. */
	readonly completions: 'none' | 'one' | 'many';
	readonly responses: boolean;
	/** Whether web pages may call it, in words; `{page}` stands for this page's origin. */
	readonly cors: string;
	readonly listing?: Listing;
}

/** How a list of models is asked for; left out: as everything else. */
export interface Listing {
	/** False: anybody gets it, so that it says nothing of the key. */
	readonly provesKey?: boolean;
	/** The header that carries the key in place of Authorization. */
	readonly keyHeader?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly query?: Readonly<Record<string, string>>;
}

const pagesMay = 'Lets web pages call it.';

export const presets: readonly Preset[] = [
	{
		id: 'openrouter',
		name: 'OpenRouter',
		baseUrl: 'https://openrouter.ai/api/v1',
		needsKey: true,
		keysAt: 'https://openrouter.ai/settings/keys',
		tokenLimit: 'max_tokens',
		takesN: false,
		completions: 'one',
		responses: true,
		cors: pagesMay,
		listing: { provesKey: false },
	},
	{
		id: 'together',
		name: 'Together',
		baseUrl: 'https://api.together.xyz/v1',
		needsKey: true,
		keysAt: 'https://api.together.ai/settings/api-keys',
		tokenLimit: 'max_tokens',
		takesN: true,
		completions: 'one',
		responses: false,
		cors: 'Web pages have been seen to call it, though it does not promise that.',
	},
	{
		id: 'groq',
		name: 'Groq',
		baseUrl: 'https://api.groq.com/openai/v1',
		needsKey: true,
		keysAt: 'https://console.groq.com/keys',
		tokenLimit: 'max_completion_tokens',
		takesN: false,
		completions: 'none',
		responses: true,
		cors: pagesMay,
	},
	{
		id: 'mistral',
		name: 'Mistral',
		baseUrl: 'https://api.mistral.ai/v1',
		needsKey: true,
		keysAt: 'https://console.mistral.ai/api-keys',
		tokenLimit: 'max_tokens',
		takesN: true,
		completions: 'none',
		responses: false,
		cors: pagesMay,
	},
	{
		id: 'deepseek',
		name: 'DeepSeek',
		baseUrl: 'https://api.deepseek.com',
		needsKey: true,
		keysAt: 'https://platform.deepseek.com/api_keys',
		tokenLimit: 'max_tokens',
		takesN: false,
		completions: 'none',
		responses: false,
		cors: pagesMay,
	},
	{
		id: 'google',
		name: 'Google',
		baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
		needsKey: true,
		keysAt: 'https://aistudio.google.com/apikey',
		tokenLimit: 'max_tokens',
		takesN: true,
		completions: 'none',
		responses: false,
		cors: 'Lets web pages call it as long as they send no headers of their own, as here.',
	},
	{
		id: 'anthropic',
		name: 'Anthropic',
		baseUrl: 'https://api.anthropic.com/v1',
		needsKey: true,
		keysAt: 'https://platform.claude.com/settings/keys',
		headers: { 'anthropic-dangerous-direct-browser-access': 'true' },
		tokenLimit: 'max_tokens',
		takesN: false,
		completions: 'none',
		responses: false,
		cors: 'Lets web pages call it that say so in a header, as is done here.',
		// Its list of models is part of its own API, not of the one like OpenAI's; 20 to a page unless more are asked for.
		listing: {
			keyHeader: 'x-api-key',
			headers: { 'anthropic-version': '2023-06-01' },
			query: { limit: '1000' },
		},
	},
	{
		id: 'ollama',
		name: 'Ollama',
		baseUrl: 'http://localhost:11434/v1',
		needsKey: false,
		keysAt: null,
		tokenLimit: 'max_tokens',
		takesN: false,
		completions: 'one',
		responses: true,
		cors: 'Start it with OLLAMA_ORIGINS={page}, else it answers only pages from localhost.',
	},
	{
		id: 'lmstudio',
		name: 'LM Studio',
		baseUrl: 'http://localhost:1234/v1',
		needsKey: false,
		keysAt: null,
		tokenLimit: 'max_tokens',
		takesN: false,
		completions: 'one',
		responses: true,
		cors: 'Switch on “Enable CORS” in its server settings, or start it with: lms server start --cors',
	},
	{
		id: 'vllm',
		name: 'vLLM',
		baseUrl: 'http://localhost:8000/v1',
		needsKey: false,
		keysAt: null,
		tokenLimit: 'max_tokens',
		takesN: true,
		completions: 'many',
		responses: true,
		cors: 'Lets web pages call it unless --allowed-origins says otherwise.',
	},
	{
		id: 'llamacpp',
		name: 'llama.cpp',
		baseUrl: 'http://localhost:8080/v1',
		needsKey: false,
		keysAt: null,
		tokenLimit: 'max_tokens',
		takesN: true,
		completions: 'many',
		responses: true,
		cors: 'Lets web pages call it unless --cors-origins says otherwise.',
	},
];

interface Chosen {
	readonly provider: Provider;
	readonly baseUrl: string;
	readonly preset?: string;
}

/** Null for a service that this version does not know. */
export const presetCalled = (id: string | undefined): Preset | null =>
	presets.find((preset) => preset.id === id) ?? null;

/**
 * The service in force; null where there is none. A draft keeps the one that was chosen while another provider is: it is none
 * of that provider's, and nothing may go by it. Nor by one that a file names before an address that is not that service's: the
 * page would ask for the key of the one, and send it to the other.
 */
export function presetOf({ provider, baseUrl, preset }: Chosen): Preset | null {
	const named = provider === 'compatible' ? presetCalled(preset) : null;
	return named !== null && isServiceAt(baseUrl, named) ? named : null;
}

/** Whose key is asked for. */
export function keyOwner(fields: Chosen): string {
	if (fields.provider === 'azure') return 'Azure OpenAI';
	return fields.provider === 'openai' ? 'OpenAI' : (presetOf(fields)?.name ?? 'this endpoint');
}

/** Such a server may run at any address: on another port, on another computer. */
const isAtHome = ({ baseUrl }: Preset): boolean => baseUrl.startsWith('http://');

/**
 * The service at an address, from `current` on: one with an address of its own stands there and nowhere else; a server of
 * one's own is whatever the person says it is. An address that is none yet changes nothing.
 */
export function presetAt(address: string, current: string | undefined): string | undefined {
	const origin = originAt(address);
	if (origin === null) return current;
	const found = presets.find((preset) => !isAtHome(preset) && originAt(preset.baseUrl) === origin);
	if (found !== undefined) return found.id;
	const kept = presetCalled(current);
	return kept !== null && isAtHome(kept) ? kept.id : undefined;
}

/** Known services have one address; a server of one's own has any, and one on this machine may stand in for a service. */
function isServiceAt(address: string, preset: Preset): boolean {
	const origin = originAt(address);
	return (
		isAtHome(preset) ||
		origin === null ||
		isLoopbackName(new URL(origin).hostname) ||
		presetAt(address, undefined) === preset.id
	);
}

function originAt(address: string): string | null {
	try {
		return new URL(address.trim()).origin;
	} catch {
		return null;
	}
}
