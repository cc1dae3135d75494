import OpenAI from 'openai';

interface Order {
	readonly url: string;
	readonly count: number;
	readonly lanes: number;
}

/** A worker around the bare package: told how much by one message, it answers with the seconds that it took. */
addEventListener('message', ({ data }: MessageEvent<Order>) => {
	void work(data).then((seconds) => {
		postMessage(seconds);
	});
});

async function work({ url, count, lanes }: Order): Promise<number> {
	const client = new OpenAI({
		apiKey: 'sk-bench-0123456789',
		baseURL: url,
		maxRetries: 0,
		dangerouslyAllowBrowser: true,
	});
	const began = performance.now();
	let next = 0;
	const send = async (row: number): Promise<unknown> =>
		client.chat.completions.create({
			model: 'm',
			messages: [{ role: 'user', content: `Classify: text of row ${String(row)}` }],
		});
	const lane = async (): Promise<void> => {
		for (let row = next++; row < count; row = next++) await send(row);
	};
	// One alone, as in Volley: the others share its connection.
	await send(next++);
	await Promise.all(Array.from({ length: lanes }, lane));
	return (performance.now() - began) / 1_000;
}
