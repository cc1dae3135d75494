import { describe, expect, test } from 'vitest';
import { createRedactor } from '#openai/redact.ts';

const key = 'sk-proj-Ab3+/dEf="quoted"-XyZ9876';

describe('redaction', () => {
	test.each([
		['as it is', key],
		['in a URL', encodeURIComponent(key)],
		['in base64', Buffer.from(key).toString('base64')],
		['in JSON', JSON.stringify(key)],
		['in lower case', key.toLowerCase()],
		['in upper case', key.toUpperCase()],
		['backwards', [...key].reverse().join('')],
		['behind Bearer', `Bearer ${key}`],
		['cut to its ends', `${key.slice(0, 8)}*****************${key.slice(-4)}`],
		['cut to its end', `…**********${key.slice(-4)}`],
	])('takes out the key %s', (_, form) => {
		const clean = createRedactor([key])(`Incorrect API key provided: ${form}. See docs.`);
		expect(clean).toContain('[redacted]');
		expect(clean).toMatch(/^Incorrect API key provided: .*\. See docs\.$/);
		expect(clean).not.toContain('XyZ9876');
		expect(clean).not.toContain(key.slice(-4));
		expect(clean.toLowerCase()).not.toContain('sk-proj');
	});

	test.each([
		['somebody else’s key', 'key sk-abcdefghijklmnop here', 'key [redacted] here'],
		['a bearer token', 'Authorization: Bearer abcdefghijk', 'Authorization: [redacted]'],
		['an api-key field', '{"api-key": "0123456789abcdef"}', '{"api-key": "[redacted]"}'],
	])('takes out %s without knowing it', (_, text, expected) => {
		expect(createRedactor([])(text)).toBe(expected);
	});

	test.each(['Limit 3, Used 3.', 'Please ask-me for the task-force-of-nine', 'sk-1', '****'])(
		'leaves %j alone',
		(text) => {
			expect(createRedactor([key, ''])(text)).toBe(text);
		},
	);
});
