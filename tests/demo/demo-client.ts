import OpenAI from 'openai';
import { createDemoFetch } from '#demo/demo-fetch.ts';
import { demoBaseUrl } from '#domain/connection.ts';

/** A demo endpoint whose waits are noted instead of waited, and the SDK on it. */
export function demoClient() {
	const slept: number[] = [];
	const fetch = createDemoFetch({
		sleep: (ms) => {
			slept.push(ms);
			return Promise.resolve();
		},
		now: () => 1_700_000_000_000,
	});
	const client = new OpenAI({
		apiKey: 'x',
		baseURL: demoBaseUrl,
		fetch,
		maxRetries: 0,
		dangerouslyAllowBrowser: true,
	});
	return { client, fetch, slept };
}

/** Calls until the call is not one of those that the endpoint fails on purpose; at most twice. */
export async function persist<T>(call: () => Promise<T>): Promise<T> {
	try {
		return await call();
	} catch (error) {
		if (error instanceof OpenAI.RateLimitError || error instanceof OpenAI.InternalServerError)
			return call();
		throw error;
	}
}

/** The first choice's text for a prompt of one user message. */
export async function ask(client: OpenAI, content: string, model = 'demo-small'): Promise<string> {
	const completion = await persist(() =>
		client.chat.completions.create({ model, messages: [{ role: 'user', content }] }),
	);
	return completion.choices[0]?.message.content ?? '';
}
