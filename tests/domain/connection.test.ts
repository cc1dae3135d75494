import { describe, expect, test } from 'vitest';
import { concurrencyCeiling, normalizeBaseUrl, originOf } from '#domain/connection.ts';

describe('a base URL', () => {
	test.each([
		['https://api.example.com/v1', 'https://api.example.com/v1'],
		['  https://api.example.com/v1/  ', 'https://api.example.com/v1'],
		['https://api.example.com/v1///', 'https://api.example.com/v1'],
		['https://api.example.com/v1/chat/completions', 'https://api.example.com/v1'],
		['https://api.example.com/v1/chat/completions/', 'https://api.example.com/v1'],
		['https://api.example.com/v1/completions', 'https://api.example.com/v1'],
		['https://api.example.com/v1/models', 'https://api.example.com/v1'],
		['https://api.example.com', 'https://api.example.com'],
		['HTTPS://API.Example.com:443/v1', 'https://api.example.com/v1'],
		['http://localhost:11434/v1', 'http://localhost:11434/v1'],
		['http://127.0.0.1:8080/v1/', 'http://127.0.0.1:8080/v1'],
	])('%j becomes %j', (typed, expected) => {
		expect(normalizeBaseUrl(typed)).toEqual({ ok: true, value: expected });
	});

	test.each([
		['', /Write the Base URL/],
		['   ', /Write the Base URL/],
		['api.example.com/v1', /has no scheme.*https:\/\/api\.example\.com\/v1/],
		['localhost:11434/v1', /has no scheme.*http:\/\/localhost:11434\/v1/],
		['ftp://example.com', /only https:\/\/ and http:\/\//],
		['https://', /is not an address/],
		['https://user:pass@example.com/v1', /user name or password/],
		['https://example.com/v1?key=abc', /query/],
		['https://example.com/v1#x', /query/],
		['http://example.com/v1', /unencrypted to example\.com/],
		['http://127.0.0.1.evil.example/v1', /unencrypted/],
		['http://localhost.evil.example/v1', /unencrypted/],
		// The page's policy can name no IPv6 address.
		['http://[::1]:8080/v1', /Write localhost or 127\.0\.0\.1 in its place/],
		['https://[::1]:8080/v1', /cannot lock itself/],
		// It would name others as well.
		['https://*.example.com/v1', /cannot lock itself/],
		["https://a;script-src'x.example/v1", /cannot lock itself/],
		['javascript:alert(1)', /has no scheme/],
	])('%j is refused in words', (typed, message) => {
		const result = normalizeBaseUrl(typed);
		expect(result).toMatchObject({ ok: false, error: expect.stringMatching(message) as string });
	});

	test('an http address carries six requests at once, an https one 256', () => {
		const at = (baseUrl: string) =>
			({ provider: 'compatible', baseUrl, organization: '', project: '', usesKey: false }) as const;
		expect(concurrencyCeiling(at('http://localhost:1/v1'))).toEqual({ max: 6, reason: 'http1' });
		expect(concurrencyCeiling(at('https://a.example/v1'))).toEqual({ max: 256, reason: 'http2' });
		expect(originOf(at('https://a.example:8443/v1'))).toBe('https://a.example:8443');
	});
});
