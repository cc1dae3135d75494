import { describe, expect, test } from 'vitest';
import { emptyDraft, emptyShare } from '#domain/draft.ts';
import { draftToStore } from '#domain/stored-draft.ts';

const azureKey = '0123456789abcdef0123456789abcdef';

describe('an address that is stored with the draft', () => {
	test.each([
		['https://me:secret@host.example/v1', 'https://host.example/v1'],
		['https://secret@host.example/v1', 'https://host.example/v1'],
		['me:secret@host.example/v1', 'host.example/v1'],
		['https://host.example/v1?api-key=secret', 'https://host.example/v1'],
		['https://host.example/v1#secret', 'https://host.example/v1'],
		['sk-secret', ''],
		['https://host .example/0a1b2c3d4e5f60718293a4b5c6d7e8f9', 'https://host .example/'],
	])('%j loses what may be a key', (typed, stored) => {
		const draft = { ...emptyDraft, baseUrl: typed, shares: [{ ...emptyShare, baseUrl: typed }] };
		expect(draftToStore(draft)).toEqual({
			...draft,
			baseUrl: stored,
			shares: [{ ...emptyShare, baseUrl: stored }],
		});
	});

	test.each([
		'',
		'https:/',
		'host.example',
		' https://host.example/v1/ ',
		'https://a-host-with-a-very-long-name-of-its-own.example/v1',
		'http://10.0.0.7:8080/v1',
	])('%j is kept as typed, right or not', (typed) => {
		const draft = { ...emptyDraft, baseUrl: typed };
		expect(draftToStore(draft)).toEqual(draft);
	});

	test.each([
		['contoso', 'contoso'],
		['https://contoso.openai.azure.com', 'https://contoso.openai.azure.com'],
		[azureKey, ''],
		['https://contoso.openai.azure.com/?api-key=secret', 'https://contoso.openai.azure.com/'],
	])('of the resource %j %j is kept', (resource, stored) => {
		expect(draftToStore({ ...emptyDraft, resource }).resource).toBe(stored);
	});
});
