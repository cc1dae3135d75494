import type { Provider } from '#domain/connection.ts';

/** Names to choose from; any other can be typed. The first stands there at the start. */
export const suggestedModels: Readonly<Record<Provider, readonly string[]>> = {
	demo: ['demo-small', 'demo-large'],
	openai: ['gpt-5.6-luna', 'gpt-5.6-terra', 'gpt-6-luna'],
	azure: [],
	compatible: [],
};
