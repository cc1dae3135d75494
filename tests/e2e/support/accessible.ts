import { expect, type Page } from '@playwright/test';
import axeCore from 'axe-core';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

/** No rule of WCAG 2.2 AA that a machine can check is broken on the page as it stands now. */
export async function expectAccessible(page: Page): Promise<void> {
	// Evaluated by the browser's debugger, which the page's policy does not bind.
	await page.evaluate(axeCore.source);
	const found = await page.evaluate(async (values) => {
		const { axe } = window as unknown as { axe: typeof axeCore };
		const { violations } = await axe.run(document, { runOnly: { type: 'tag', values } });
		return violations.flatMap(({ id, help, nodes }) =>
			nodes.map((node) => `${id} (${help}): ${node.html} ${node.failureSummary ?? ''}`),
		);
	}, rules);
	expect(found).toEqual([]);
}
