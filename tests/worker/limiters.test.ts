import { describe, expect, test } from 'vitest';
import type { ModelNote } from '#domain/model-note.ts';
import type { RunSetup } from '#domain/run.ts';
import { KeyRing } from '#worker/key-ring.ts';
import { Limiters } from '#worker/limiters.ts';
import { setup as fixture } from '../state/run-fixtures.ts';

const ports = { clock: { now: () => 0 }, random: () => 0.5 };
const setup: RunSetup = {
	...fixture,
	connection: { ...fixture.connection, provider: 'compatible', baseUrl: 'https://one.test/v1' },
	models: ['small', 'large'],
};
const note: ModelNote = {
	origin: '',
	model: 'large',
	repairs: [],
	limits: { requestsPerMinute: 60, tokensPerMinute: null, calibration: 1.2, at: 0 },
};

describe('limiters', () => {
	test('are shared by runs at the same model with the same key', () => {
		const limiters = new Limiters(ports);
		const first = limiters.of(setup, 1, []);
		const [again] = limiters.of({ ...setup, models: ['small'] }, 1, []);
		expect(again).toBe(first[0]);
		expect(first[1]).not.toBe(first[0]);
	});

	test.each<[string, RunSetup, number]>([
		['another key', setup, 2],
		[
			'another origin',
			{ ...setup, connection: { ...setup.connection, baseUrl: 'https://other.test/v1' } },
			1,
		],
		...(
			[
				['another path', { baseUrl: 'https://one.test/team-b/v1' }],
				['another organization', { organization: 'org-b' }],
				['another project', { project: 'proj_b' }],
			] as const
		).map(([what, other]): [string, RunSetup, number] => [
			what,
			{ ...setup, connection: { ...setup.connection, ...other } },
			1,
		]),
		['other typed limits', { ...setup, limits: { ...setup.limits, requestsPerMinute: 5 } }, 1],
	])('are not shared across %s', (_, other, key) => {
		const limiters = new Limiters(ports);
		const [first] = limiters.of(setup, 1, []);
		expect(limiters.of(other, key, [])[0]).not.toBe(first);
	});

	test('begin with what is remembered of each model', () => {
		const [small, large] = new Limiters(ports).of(setup, 1, [note]);
		expect(small?.snapshot().requestsPerMinute).toBeNull();
		expect(large?.snapshot()).toMatchObject({ requestsPerMinute: 60, calibration: 1.2 });
	});
});

test('keys of an origin are forgotten up to the last one, and later ones are not', () => {
	const keys = new KeyRing();
	keys.hold('https://a.test', 'sk-one');
	const replaced = keys.versionOf('https://a.test');
	keys.hold('https://a.test', 'sk-two');
	expect(keys.isForgotten('https://a.test', replaced)).toBe(false);
	const last = keys.versionOf('https://a.test');
	keys.forget('https://a.test');
	keys.hold('https://a.test', 'sk-two');
	expect(keys.isForgotten('https://a.test', replaced)).toBe(true);
	expect(keys.isForgotten('https://a.test', last)).toBe(true);
	expect(keys.isForgotten('https://a.test', keys.versionOf('https://a.test'))).toBe(false);
	expect(keys.isForgotten('https://b.test', keys.versionOf('https://b.test'))).toBe(false);
});

test('a key that is typed anew is another one, and the same key is not', () => {
	const keys = new KeyRing();
	keys.hold('https://a.test', 'sk-one');
	const first = keys.versionOf('https://a.test');
	keys.hold('https://a.test', ' sk-one ');
	expect(keys.versionOf('https://a.test')).toBe(first);
	keys.hold('https://a.test', 'sk-two');
	expect(keys.versionOf('https://a.test')).not.toBe(first);
});
