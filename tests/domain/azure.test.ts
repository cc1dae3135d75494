import { describe, expect, test } from 'vitest';
import { azureBaseUrl, normalizeApiVersion, normalizeResource, resourceIn } from '#domain/azure.ts';

describe('the resource of Azure OpenAI', () => {
	test.each([
		['MyRes-1', 'https://myres-1.openai.azure.com'],
		[' https://res.openai.azure.com/ ', 'https://res.openai.azure.com'],
		['res.openai.azure.com', 'https://res.openai.azure.com'],
		['https://res.openai.azure.com/openai/v1/', 'https://res.openai.azure.com'],
		['https://res.openai.azure.com/openai/v1/chat/completions', 'https://res.openai.azure.com'],
		['https://res.openai.azure.com/openai', 'https://res.openai.azure.com'],
		['https://res.cognitiveservices.azure.com/', 'https://res.cognitiveservices.azure.com'],
		['https://res.services.ai.azure.com/openai/v1', 'https://res.services.ai.azure.com'],
		['https://gate.azure-api.net/team/openai', 'https://gate.azure-api.net/team'],
		['https://gate.example/a/b', 'https://gate.example/a/b'],
		['http://localhost:8080', 'http://localhost:8080'],
	])('%s answers at %s', (typed, expected) => {
		expect(normalizeResource(typed)).toEqual({ ok: true, value: expected });
	});

	test.each([
		['  ', /Write the name/],
		['my resource', /neither a name nor an address/],
		['http://res.openai.azure.com', /must begin with https/],
		['https://user:word@res.openai.azure.com', /user name or password/],
		['https://portal.azure.com/#view/x', /is the portal/],
		['https://ai.azure.com/build', /is the portal/],
		[
			'https://res.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21',
			/Write only https:\/\/res\.openai\.azure\.com; “my gpt” goes in Model; “2024-10-21” goes in API version/,
		],
		[
			'https://res.openai.azure.com/?api-version=2024-10-21',
			/ends with a query.*“2024-10-21” goes in API version/,
		],
		[
			'https://res.services.ai.azure.com/api/projects/p',
			/Foundry project\. Write only https:\/\/res\.services\.ai\.azure\.com/,
		],
		['https://res.services.ai.azure.com/models', /does not stand at \/models/],
	])('%s is refused, and why is said', (typed, why) => {
		expect(normalizeResource(typed)).toEqual({
			ok: false,
			error: expect.stringMatching(why) as string,
		});
	});

	// Of such an address the older API's client would take the deployment to stand in it already.
	test.each([
		['https://gate.example/deployments', '2024-10-21', /“deployments” in its path/],
		['https://gate.example/a/deployments/b/', '2024-10-21', /Leave API version empty/],
	])('%s is refused with version %s', (typed, version, why) => {
		expect(normalizeResource(typed, version)).toEqual({
			ok: false,
			error: expect.stringMatching(why) as string,
		});
	});

	test.each([
		['https://gate.example/deployments', ''],
		['https://gate.example/my-deployments', '2024-10-21'],
		['https://deployments.example', '2024-10-21'],
	])('%s is taken with version “%s”', (typed, version) => {
		expect(normalizeResource(typed, version)).toEqual({ ok: true, value: typed });
	});

	test.each(['', '2024-10-21'])('is found again in the base URL of version “%s”', (version) => {
		for (const resource of ['https://res.openai.azure.com', 'https://gate.example/openai/x'])
			expect(resourceIn(azureBaseUrl(resource, version))).toBe(resource);
	});
});

describe('the version of Azure’s API', () => {
	test.each([
		['', ''],
		[' V1 ', ''],
		['2024-10-21', '2024-10-21'],
		['2025-04-01-Preview', '2025-04-01-preview'],
	])('“%s” is “%s”', (typed, expected) => {
		expect(normalizeApiVersion(typed)).toEqual({ ok: true, value: expected });
	});

	test.each(['latest', '2024', '2024-10-21&x=1', '2024-10-21-beta'])('“%s” is none', (typed) => {
		expect(normalizeApiVersion(typed)).toMatchObject({ ok: false });
	});
});
