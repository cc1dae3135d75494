import type { Page } from '@playwright/test';

/** What an endpoint lets through in a minute, and how much of that at once. */
export interface ModelLimit {
	readonly dimension: 'requests' | 'tokens';
	readonly perMinute: number;
	readonly atOnce: number;
	/** What one request counts as. */
	readonly each: number;
}

const words = {
	requests: 'requests per min (RPM)',
	tokens: 'tokens per min (TPM)',
};

/**
 * Stands before the endpoint at `url` and lets through what each model's limit allows, one that is not named everything;
 * the others get the 429 that OpenAI gives. What is let through reaches the endpoint itself.
 */
export async function limitModels(
	page: Page,
	url: string,
	limits: Readonly<Record<string, ModelLimit>>,
): Promise<void> {
	const used = new Map<string, { level: number; at: number }>();
	await page.route(`${url}/**`, async (route) => {
		// Playwright gives the body as whatever it parses to.
		const body = (route.request().postDataJSON() ?? {}) as { readonly model?: string };
		const model = body.model ?? '';
		const limit = limits[model];
		if (limit === undefined) {
			await route.continue();
			return;
		}
		const now = performance.now();
		const perMs = limit.perMinute / 60_000;
		const before = used.get(model) ?? { level: 0, at: now };
		const level = Math.max(0, before.level - (now - before.at) * perMs);
		const excess = level + limit.each - limit.atOnce;
		used.set(model, { level: excess > 0 ? level : level + limit.each, at: now });
		if (excess <= 0) {
			await route.continue();
			return;
		}
		const { dimension, perMinute, each } = limit;
		const wait = `${String(Math.ceil(excess / perMs))}ms`;
		// A bucket that holds less than a minute's worth counts as full when its burst is.
		const full = Math.ceil(perMinute - limit.atOnce + level);
		await refuse(
			route,
			`Rate limit reached for ${model} in organization org-test on ${words[dimension]}: Limit ${String(perMinute)}, Used ${String(full)}, Requested ${String(each)}. Please try again in ${wait}.`,
		);
	});
}

/** Refuses everything with a 429 that names a wait and no numbers, for as long as it says. */
export async function coolDown(page: Page, url: string, forMs: number): Promise<void> {
	const until = performance.now() + forMs;
	await page.route(`${url}/**`, async (route) => {
		const left = until - performance.now();
		if (left <= 0 || route.request().method() !== 'POST') {
			await route.continue();
			return;
		}
		await refuse(
			route,
			`Rate limit is exceeded. Try again in ${String(Math.ceil(left / 1_000))} seconds.`,
		);
	});
}

const refuse = (
	route: Parameters<Parameters<Page['route']>[1]>[0],
	message: string,
): Promise<void> =>
	route.fulfill({
		status: 429,
		headers: { 'access-control-allow-origin': '*', 'content-type': 'application/json' },
		body: JSON.stringify({
			error: { message, type: 'requests', param: null, code: 'rate_limit_exceeded' },
		}),
	});
