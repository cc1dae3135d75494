import type { Page } from '@playwright/test';

/** The draft as the browser has it stored. */
export const savedDraft = (page: Page): Promise<string> =>
	page.evaluate(
		() =>
			new Promise<string>((resolve) => {
				const opening = indexedDB.open('volley');
				opening.onsuccess = () => {
					const db = opening.result;
					const reading = db.transaction('drafts').objectStore('drafts').getAll();
					reading.onsuccess = () => {
						db.close();
						resolve(JSON.stringify(reading.result));
					};
				};
			}),
	);
