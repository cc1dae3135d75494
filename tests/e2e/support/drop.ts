import type { Page } from '@playwright/test';
import type { NamedText } from './app.ts';

/** A drag from the desktop as the page sees it: it enters, hovers, and is let go over an element; left out: the body. */
export async function dropOnPage(
	page: Page,
	files: readonly NamedText[],
	over = 'body',
): Promise<void> {
	await page.locator(over).evaluate((target, dropped) => {
		const dataTransfer = new DataTransfer();
		for (const { name, text } of dropped)
			dataTransfer.items.add(new File([text], name, { type: 'text/csv' }));
		for (const type of ['dragenter', 'dragover', 'drop'])
			target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
	}, files);
}
