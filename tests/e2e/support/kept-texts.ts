import type { Page } from '@playwright/test';

/** Every text that the page shows, in elements and attributes alike. */
export const shownTexts = (page: Page): Promise<string> =>
	page.evaluate(() => {
		const texts = [location.href, document.title];
		const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
		for (let node: Node | null = walker.root; node !== null; node = walker.nextNode()) {
			if (node instanceof Element)
				for (const { name, value } of node.attributes) texts.push(name, value);
			if (node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement)
				texts.push(node.value);
			if (node.nodeType === Node.TEXT_NODE) texts.push(node.nodeValue ?? '');
		}
		return texts.join('\n');
	});

/** Every text and every run of bytes in all that the browser keeps for the page. */
export const keptTexts = (page: Page): Promise<string> =>
	page.evaluate(async () => {
		const texts = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
		const latin1 = new TextDecoder('latin1');
		const visit = async (value: unknown): Promise<void> => {
			if (typeof value === 'string') texts.push(value);
			else if (value instanceof Blob) texts.push(await value.text());
			else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
				texts.push(latin1.decode(value));
			else if (typeof value === 'object' && value !== null)
				for (const [name, member] of Object.entries(value)) {
					texts.push(name);
					await visit(member);
				}
		};
		const answered = <T>(request: IDBRequest<T>): Promise<T> =>
			new Promise((resolve) => {
				request.onsuccess = () => {
					resolve(request.result);
				};
			});
		for (const { name = '' } of await indexedDB.databases()) {
			texts.push(name);
			const db = await answered(indexedDB.open(name));
			for (const store of db.objectStoreNames) {
				const records = db.transaction(store).objectStore(store);
				const [all, keys] = [records.getAll(), records.getAllKeys()];
				const found = await Promise.all([answered(all), answered(keys)]);
				texts.push(JSON.stringify(found));
				await visit(found);
			}
			db.close();
		}
		const folder = async (directory: FileSystemDirectoryHandle): Promise<void> => {
			for await (const [name, handle] of directory.entries()) {
				texts.push(name);
				if (handle instanceof FileSystemDirectoryHandle) await folder(handle);
				else texts.push(await (await handle.getFile()).text());
			}
		};
		await folder(await navigator.storage.getDirectory());
		return texts.join('\n');
	});
