import type { Page } from '@playwright/test';

export interface Seed {
	/** Requests with an answer: those from 0 on. */
	readonly requests: number;
	/** Every so-manyth answer is cut off. */
	readonly cutEvery: number;
	/** The text of each answer begins with its number. */
	readonly text: string;
}

/** Puts answers into the database of the one run that is stored, as if they had come. */
export const seedRun = (page: Page, seed: Seed): Promise<void> =>
	page.evaluate(async ({ requests, cutEvery, text }) => {
		const names = (await indexedDB.databases()).flatMap(({ name }) => name ?? []);
		const name = names.find((one) => one.startsWith('volley-run-'));
		if (name === undefined) throw new Error('No run is stored.');
		const db = await new Promise<IDBDatabase>((resolve, reject) => {
			const opening = indexedDB.open(name);
			opening.onsuccess = () => {
				resolve(opening.result);
			};
			opening.onerror = () => {
				reject(new Error(opening.error?.message));
			};
		});
		const stores = ['requests', 'choices', 'marks', 'counters'];
		const done = (tx: IDBTransaction) =>
			new Promise<void>((resolve, reject) => {
				tx.oncomplete = () => {
					resolve();
				};
				tx.onabort = () => {
					reject(new Error(tx.error?.message));
				};
			});
		let cut = 0;
		for (let from = 0; from < requests; from += 2_000) {
			const tx = db.transaction(stores, 'readwrite', { durability: 'relaxed' });
			for (let request = from; request < Math.min(requests, from + 2_000); request++) {
				const isCut = request % cutEvery === 0;
				if (isCut) {
					cut++;
					tx.objectStore('marks').put(0, ['truncated', request, 0]);
				}
				tx.objectStore('requests').put({
					...{ request, attempts: 1, startedAt: 1_700_000_000_000, latencyMs: 40 },
					...{ outcome: 'succeeded', failure: null },
					completion: { id: `c-${String(request)}`, model: 'm', usage: { prompt_tokens: 9 } },
				});
				tx.objectStore('choices').put({
					...{ request, position: 0 },
					choice: {
						index: 0,
						message: { role: 'assistant', content: `${String(request)} ${text}` },
						finish_reason: isCut ? 'length' : 'stop',
					},
				});
			}
			await done(tx);
		}
		const tx = db.transaction(stores, 'readwrite');
		const counters = tx.objectStore('counters');
		const asked = counters.get('current');
		asked.onsuccess = () => {
			const before = asked.result as { readonly marks: Record<string, number> };
			const marks = { ...before.marks, complete: requests - cut, truncated: cut };
			counters.put(
				{ ...before, ...{ succeeded: requests, choices: requests, attempts: requests, marks } },
				'current',
			);
		};
		await done(tx);
		db.close();
	}, seed);
