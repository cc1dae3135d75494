import { describe, expect, test, vi } from 'vitest';
import type { EngineApi, EngineEvent } from '#contract/engine-api.ts';
import { emptyDraft, type Draft } from '#domain/draft.ts';
import { KeyRing as PageKeys } from '#state/keys.svelte.ts';
import { libraryMigrations, type LibrarySchema, type SealedKey } from '#storage/library-schema.ts';
import { openDatabase } from '#storage/open-database.ts';
import { createEngine } from '#worker/create-engine.ts';
import { deriveSeal, newParameters, openKey, sealKey, type Sealing } from '#worker/key-seal.ts';
import { openTab } from '../support/fake-host.ts';
import { sentinels, textsOf, tracesOf } from '../support/sentinel.ts';
import {
	browser,
	checkedSetup,
	endpoint,
	finished,
	freshForEachTest,
	started,
} from './run-fixtures.ts';

const [key] = sentinels;
const otherKey = 'sk-of-b-0123456789';
const passphrase = 'correct horse battery staple';
const a = 'https://a.example';
const b = 'https://b.example';
const done = { ok: true, value: null };
const refused = (kind: string) => ({ ok: false, error: { kind } });

freshForEachTest();

/** The same for all tabs of a device. */
let now = 1_760_000_000_000;

function newTab(): EngineApi {
	const { host } = openTab(browser);
	return createEngine({ ...host, clock: { ...host.clock, epoch: () => ++now } });
}

/** What stands in the database, after it was changed behind the engine's back. */
async function stored(
	change: (keys: readonly SealedKey[]) => readonly SealedKey[] = (keys) => keys,
): Promise<readonly SealedKey[]> {
	const db = await openDatabase<LibrarySchema>(browser.indexedDB, 'volley', libraryMigrations, {
		onBlocked: () => undefined,
		onVersionChange: () => undefined,
		onTerminated: () => undefined,
	});
	const tx = db.transaction('sealedKeys', 'readwrite');
	const changed = change(await tx.store.getAll());
	await tx.store.clear();
	for (const one of changed) await tx.store.put(one);
	await tx.done;
	db.close();
	return changed;
}

/** A tab that remembers two keys. */
async function remembering(): Promise<EngineApi> {
	const engine = newTab();
	await engine.holdKey(a, key);
	await engine.holdKey(b, otherKey);
	expect(await engine.rememberKey(a, passphrase)).toEqual(done);
	expect(await engine.rememberKey(b, null)).toEqual(done);
	return engine;
}

const oneHello = (): Draft => ({
	...emptyDraft,
	provider: 'compatible',
	baseUrl: endpoint.url,
	models: ['m'],
	templates: [{ messages: [{ role: 'user', content: 'Hello' }], prompt: '' }],
});

const lastFours = async (engine: EngineApi): Promise<Record<string, string>> =>
	Object.fromEntries((await engine.heldKeys()).map(({ origin, lastFour }) => [origin, lastFour]));

test('a text that is too long for a key is not held, and costs no run that comes after', async () => {
	const engine = newTab();
	await expect(engine.holdKey(a, 'x'.repeat(60_000))).rejects.toThrow('at most 8,000 characters');
	expect(await engine.heldKeys()).toEqual([]);
	const { origin } = new URL(endpoint.url);
	await engine.holdKey(origin, key);
	const setup = checkedSetup(oneHello(), null);
	await finished(engine, await started(engine, setup));
	expect(endpoint.ledger.requests.map((request) => request.key)).toEqual([key]);
});

test.each(['sk-ключ-0123456789', 'sk-in ner-0123456789', 'sk-😀-0123456789'])(
	'what no header takes is not held: %s',
	async (text) => {
		const engine = newTab();
		await expect(engine.holdKey(a, text)).rejects.toThrow('of ASCII');
		expect(await engine.heldKeys()).toEqual([]);
	},
);

test('what is copied around a key does not leave with it', async () => {
	const engine = newTab();
	const { origin } = new URL(endpoint.url);
	await engine.holdKey(origin, `Bearer “${key}\u200b” `);
	await finished(engine, await started(engine, checkedSetup(oneHello(), null)));
	expect(endpoint.ledger.requests.map((request) => request.key)).toEqual([key]);
});

describe('remembered keys', () => {
	test('are encrypted, each with what it takes to open it, and none is in them in the plain', async () => {
		await remembering();
		const records = await stored();
		expect(records.map(({ origin, version, iterations }) => [origin, version, iterations])).toEqual(
			[
				[a, 1, 600_000],
				[b, 1, 600_000],
			],
		);
		for (const { salt, iv, sealed } of records) {
			expect([salt.length, iv.length]).toEqual([16, 12]);
			expect(Buffer.from(sealed).includes('sk-')).toBe(false);
		}
		expect(records[0]?.iv).not.toEqual(records[1]?.iv);
	});

	test('are all unlocked by the one passphrase, in the next session, for exactly their origins', async () => {
		await remembering();
		const later = newTab();
		expect(await later.heldKeys()).toEqual([]);
		expect(await later.rememberedKeys()).toEqual({
			possible: true,
			origins: [a, b],
			earlier: [],
			later: [],
			unlocked: false,
		});
		expect(await later.unlockKeys(passphrase)).toEqual({ ok: true, value: { damaged: [] } });
		expect(await lastFours(later)).toEqual({ [a]: key.slice(-4), [b]: '6789' });
		expect((await later.rememberedKeys()).unlocked).toBe(true);
	});

	test('stay as they are where the passphrase is wrong', async () => {
		await remembering();
		const before = await stored();
		const later = newTab();
		expect(await later.unlockKeys('correct horse battery stable')).toEqual(
			refused('wrongPassphrase'),
		);
		expect(await later.heldKeys()).toEqual([]);
		expect(await stored()).toEqual(before);
		expect(await later.unlockKeys(passphrase)).toMatchObject({ ok: true });
	});

	test('know the passphrase however its letters are composed', async () => {
		const engine = newTab();
		await engine.holdKey(a, key);
		await engine.rememberKey(a, 'caf\u00e9 au lait');
		expect(await newTab().unlockKeys('cafe\u0301 au lait')).toMatchObject({ ok: true });
	});

	test('want a passphrase of 8 characters, and a key that is held', async () => {
		const engine = newTab();
		expect(await engine.rememberKey(a, passphrase)).toEqual(refused('noKey'));
		await engine.holdKey(a, key);
		expect(await engine.rememberKey(a, null)).toEqual(refused('locked'));
		expect(await engine.rememberKey(a, 'seven77')).toEqual(refused('tooShort'));
		expect(await stored()).toEqual([]);
		expect(await engine.rememberKey(a, '12345678')).toEqual(done);
	});

	test('are added to under the passphrase there is, not under another', async () => {
		await remembering();
		const later = newTab();
		await later.holdKey('https://c.example', 'sk-of-c-0123456789');
		expect(await later.rememberKey('https://c.example', null)).toEqual(refused('locked'));
		expect(await later.rememberKey('https://c.example', 'another passphrase')).toEqual(
			refused('wrongPassphrase'),
		);
		expect(await later.rememberKey('https://c.example', passphrase)).toEqual(done);
		expect(Object.keys(await lastFours(later))).toHaveLength(3);
	});

	test('do not take the place of one that was typed since, which is then remembered', async () => {
		await remembering();
		const later = newTab();
		await later.holdKey(a, 'sk-typed-since-4711');
		await later.unlockKeys(passphrase);
		expect(await lastFours(later)).toEqual({ [a]: '4711', [b]: '6789' });
		await later.holdKey(b, 'sk-typed-after-4712');
		const last = newTab();
		await last.unlockKeys(passphrase);
		expect(await lastFours(last)).toEqual({ [a]: '4711', [b]: '4712' });
	});

	describe('of two for one endpoint, the one that was typed last is held and remembered', () => {
		const [older, newer] = ['sk-typed-first-1111', 'sk-typed-later-2222'];
		const afresh = async (typed = passphrase): Promise<string | undefined> => {
			const tab = newTab();
			await tab.unlockKeys(typed);
			return (await lastFours(tab))[a];
		};

		test.each<[string, (other: EngineApi, stale: EngineApi) => Promise<void>, string]>([
			[
				'typed in a locked tab, then another remembered elsewhere',
				async (other, stale) => {
					await stale.holdKey(a, older);
					await other.holdKey(a, newer);
					await other.rememberKey(a, null);
					await stale.unlockKeys(passphrase);
				},
				'2222',
			],
			[
				'remembered elsewhere, then another typed in a locked tab',
				async (other, late) => {
					await other.holdKey(a, older);
					await other.rememberKey(a, null);
					await late.holdKey(a, newer);
					await late.unlockKeys(passphrase);
				},
				'2222',
			],
			[
				'sealed anew elsewhere after another was typed in a locked tab',
				async (other, late) => {
					await other.holdKey(a, older);
					await other.rememberKey(a, null);
					await late.holdKey(a, newer);
					await other.changePassphrase(passphrase, 'another passphrase');
					await other.changePassphrase('another passphrase', passphrase);
					await late.unlockKeys(passphrase);
				},
				'2222',
			],
			[
				'typed in a locked tab, which then changes the passphrase',
				async (other, stale) => {
					await stale.holdKey(a, older);
					await other.holdKey(a, newer);
					await other.rememberKey(a, null);
					await stale.changePassphrase(passphrase, 'another passphrase');
					await stale.changePassphrase('another passphrase', passphrase);
				},
				'2222',
			],
			[
				'remembered before another one, and the passphrase changed elsewhere since',
				async (other, stale) => {
					await stale.unlockKeys(passphrase);
					await stale.holdKey(a, older);
					await stale.rememberKey(a, null);
					await other.holdKey(a, newer);
					await other.rememberKey(a, null);
					await other.changePassphrase(passphrase, 'another passphrase');
					await stale.unlockKeys('another passphrase');
					await other.changePassphrase('another passphrase', passphrase);
				},
				'2222',
			],
			[
				'remembered by a version that did not write down when, then another typed',
				async (other, late) => {
					await other.holdKey(a, older);
					await other.rememberKey(a, null);
					await stored((all) => all.map(({ typedAt: _, ...one }) => one));
					await late.holdKey(a, newer);
					await late.unlockKeys(passphrase);
				},
				'2222',
			],
		])('%s', async (_, happens, expected) => {
			const other = newTab();
			await other.holdKey(b, otherKey);
			await other.rememberKey(b, passphrase);
			const tab = newTab();
			await happens(other, tab);
			expect([(await lastFours(tab))[a], await afresh()]).toEqual([expected, expected]);
		});
	});

	describe('say which key of two they have', () => {
		/** What this tab holds and what is remembered of it, and what the next session would be given. */
		async function told(tab: EngineApi): Promise<readonly unknown[]> {
			const page = new PageKeys(tab);
			await page.load();
			return [page.heldFor(a)?.lastFour, page.rememberedInstead(a)];
		}
		const afresh = async (typed: string): Promise<string | undefined> => {
			const tab = newTab();
			await tab.unlockKeys(typed);
			return (await lastFours(tab))[a];
		};
		const four = key.slice(-4);

		test('where another is typed before they are unlocked', async () => {
			await remembering();
			const tab = newTab();
			await tab.holdKey(a, 'sk-typed-locked-4711');
			expect([await told(tab), await afresh(passphrase)]).toEqual([['4711', 'earlier'], four]);
			await tab.unlockKeys(passphrase);
			expect(await tab.rememberKey(a, null)).toEqual(done);
			expect([await told(tab), await afresh(passphrase)]).toEqual([['4711', null], '4711']);
		});

		test('where another is typed after the passphrase was changed in another tab', async () => {
			const other = await remembering();
			const tab = newTab();
			await tab.unlockKeys(passphrase);
			await other.changePassphrase(passphrase, 'new passphrase');
			expect(await told(tab)).toEqual([four, null]);
			await tab.holdKey(a, 'sk-typed-after-4711');
			expect([await told(tab), await afresh('new passphrase')]).toEqual([
				['4711', 'earlier'],
				four,
			]);
			await tab.unlockKeys('new passphrase');
			expect([await told(tab), await afresh('new passphrase')]).toEqual([['4711', null], '4711']);
		});

		test('where another tab remembers one that was typed later, and of both the one that is meant', async () => {
			const other = await remembering();
			const tab = newTab();
			await tab.unlockKeys(passphrase);
			await other.holdKey(a, 'sk-typed-there-4711');
			expect([await told(tab), await told(other)]).toEqual([
				[four, 'later'],
				['4711', null],
			]);
			expect(await tab.rememberKey(a, null)).toEqual(done);
			expect([await told(tab), await told(other)]).toEqual([
				[four, null],
				['4711', 'later'],
			]);
			expect(await afresh(passphrase)).toBe(four);
		});

		test('where they come from a version that did not write down when they were typed', async () => {
			await remembering();
			await stored((all) => all.map(({ typedAt: _, ...one }) => one));
			const tab = newTab();
			await tab.unlockKeys(passphrase);
			expect(await told(tab)).toEqual([four, null]);
			const locked = newTab();
			await locked.holdKey(a, 'sk-typed-locked-4711');
			expect(await told(locked)).toEqual(['4711', 'earlier']);
		});
	});

	test('are forgotten one by one, and all at once with the passphrase', async () => {
		const engine = await remembering();
		const c = 'https://c.example';
		await engine.holdKey(c, 'sk-never-remembered-4711');
		await engine.forgetKey(a);
		expect((await stored()).map(({ origin }) => origin)).toEqual([b]);
		expect(await lastFours(engine)).toEqual({ [b]: '6789', [c]: '4711' });
		await engine.stopRemembering(null);
		expect(await stored()).toEqual([]);
		expect(await engine.rememberedKeys()).toMatchObject({ origins: [], unlocked: false });
		// No request finds them any more; one that was never remembered is not among them.
		expect(await lastFours(engine)).toEqual({ [c]: '4711' });
		// Another passphrase can be chosen.
		expect(await engine.rememberKey(c, null)).toEqual(refused('locked'));
		expect(await engine.rememberKey(c, 'another passphrase')).toEqual(done);
	});

	test('are held on where only the remembering ends', async () => {
		const engine = await remembering();
		await engine.stopRemembering(a);
		expect((await stored()).map(({ origin }) => origin)).toEqual([b]);
		expect(Object.keys(await lastFours(engine))).toEqual([a, b]);
	});

	test('are sealed anew, all of them, when the passphrase is changed', async () => {
		const engine = await remembering();
		const before = await stored();
		expect(await engine.changePassphrase('wrong passphrase', 'new passphrase')).toEqual(
			refused('wrongPassphrase'),
		);
		expect(await engine.changePassphrase(passphrase, 'short')).toEqual(refused('tooShort'));
		expect(await stored()).toEqual(before);
		expect(await engine.changePassphrase(passphrase, 'new passphrase')).toEqual(done);
		expect((await stored())[0]?.salt).not.toEqual(before[0]?.salt);
		const later = newTab();
		expect(await later.unlockKeys(passphrase)).toEqual(refused('wrongPassphrase'));
		expect(await later.unlockKeys('new passphrase')).toMatchObject({ ok: true });
		expect(await lastFours(later)).toEqual({ [a]: key.slice(-4), [b]: '6789' });
		// Another tab that was unlocked before is locked now, and seals nothing under the old one.
		await engine.holdKey(a, 'sk-typed-after-4713');
		expect(await later.changePassphrase('new passphrase', passphrase)).toEqual(done);
		await engine.holdKey(b, 'sk-typed-late-4714');
		expect((await engine.rememberedKeys()).unlocked).toBe(false);
		expect(await engine.rememberKey(b, null)).toEqual(refused('locked'));
	});

	test('are held, and none reads as damaged, where the passphrase is changed before it was asked for', async () => {
		await remembering();
		const later = newTab();
		expect(await later.changePassphrase(passphrase, 'new passphrase')).toEqual(done);
		expect(await lastFours(later)).toEqual({ [a]: key.slice(-4), [b]: '6789' });
		const page = new PageKeys(later);
		await page.load();
		expect([a, b].map((one) => [page.isLocked(one), page.isDamaged(one)])).toEqual([
			[false, false],
			[false, false],
		]);
	});

	test('moved beneath another origin open no more, and the others do', async () => {
		await remembering();
		const evil = 'https://evil.example';
		await stored(([first, ...others]) =>
			first === undefined ? [] : [{ ...first, origin: evil }, ...others],
		);
		const later = newTab();
		expect(await later.unlockKeys(passphrase)).toEqual({ ok: true, value: { damaged: [evil] } });
		expect(await lastFours(later)).toEqual({ [b]: '6789' });
	});

	test.each([
		['the sealed text', (one: SealedKey) => ({ ...one, sealed: one.sealed.map((x) => x ^ 1) })],
		['the salt', (one: SealedKey) => ({ ...one, salt: one.salt.map((x) => x ^ 1) })],
		['fewer rounds', (one: SealedKey) => ({ ...one, iterations: 1 })],
		['endless rounds', (one: SealedKey) => ({ ...one, iterations: 2 ** 31 })],
		['a version of later', (one: SealedKey) => ({ ...one, version: 2 })],
	])('of which %s was changed are told, and cost no other', async (_, change) => {
		await remembering();
		await stored(([first, ...others]) => (first === undefined ? [] : [change(first), ...others]));
		const later = newTab();
		expect(await later.unlockKeys(passphrase)).toEqual({ ok: true, value: { damaged: [a] } });
		expect(await lastFours(later)).toEqual({ [b]: '6789' });
		expect(await stored()).toHaveLength(2);
	});

	test('of two tabs that choose a passphrase at once the later one is refused', async () => {
		const [one, two] = [newTab(), newTab()];
		await Promise.all([one.holdKey(a, key), two.holdKey(b, otherKey)]);
		const answers = await Promise.all([
			one.rememberKey(a, 'the first passphrase'),
			two.rememberKey(b, 'the second passphrase'),
		]);
		expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
		expect(answers).toContainEqual(refused('changedElsewhere'));
		expect(await stored()).toHaveLength(1);
	});

	test('are heard of in the other tabs when they come and when they go', async () => {
		const [here, there] = [newTab(), newTab()];
		const heard: EngineEvent[] = [];
		await there.subscribe((event) => heard.push(event));
		await here.holdKey(a, key);
		await here.rememberKey(a, passphrase);
		await expect.poll(() => heard).toEqual([{ kind: 'keysChanged' }]);
		expect((await there.rememberedKeys()).origins).toEqual([a]);
		await here.forgetKey(a);
		await expect.poll(() => heard.length).toBe(2);
		expect((await there.rememberedKeys()).origins).toEqual([]);
	});

	test('of another tab are held here too, where this one is unlocked', async () => {
		const here = await remembering();
		const there = newTab();
		await there.unlockKeys(passphrase);
		await here.holdKey('https://c.example', 'sk-of-c-0123456789');
		await here.rememberKey('https://c.example', null);
		await expect.poll(() => lastFours(there)).toMatchObject({ 'https://c.example': '6789' });
	});

	describe('that are forgotten do not come back', () => {
		/** Calls back while a key is derived from the passphrase, which takes a while. */
		const whileDeriving = (act: () => unknown): EngineApi => {
			const { host } = openTab(browser);
			const subtle = {
				importKey: crypto.subtle.importKey.bind(crypto.subtle),
				encrypt: crypto.subtle.encrypt.bind(crypto.subtle),
				decrypt: crypto.subtle.decrypt.bind(crypto.subtle),
				deriveKey: async (...args: Parameters<SubtleCrypto['deriveKey']>) => {
					await act();
					return crypto.subtle.deriveKey(...args);
				},
			} as SubtleCrypto;
			const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
			return createEngine({
				...host,
				clock: { ...host.clock, epoch: () => ++now },
				sealing: { subtle, random },
			});
		};
		const origins = async (engine: EngineApi) => (await engine.rememberedKeys()).origins;

		test('where one is forgotten while they are unlocked', async () => {
			await remembering();
			const forgotten: Promise<void>[] = [];
			const tab = whileDeriving(() => forgotten.push(tab.forgetKey(a)));
			expect(await tab.unlockKeys(passphrase)).toMatchObject({ ok: true });
			await Promise.all(forgotten);
			expect([await lastFours(tab), await origins(tab)]).toEqual([{ [b]: '6789' }, [b]]);
		});

		test('where another tab forgets one while they are unlocked', async () => {
			const other = await remembering();
			const tab = whileDeriving(() => other.forgetKey(a));
			expect(await tab.unlockKeys(passphrase)).toMatchObject({ ok: true });
			expect([await lastFours(tab), await origins(tab)]).toEqual([{ [b]: '6789' }, [b]]);
		});

		test('where another tab forgets all of them while they are unlocked', async () => {
			const other = await remembering();
			const tab = whileDeriving(() => other.stopRemembering(null));
			expect(await tab.unlockKeys(passphrase)).toEqual(refused('changedElsewhere'));
			expect([await lastFours(tab), await origins(tab)]).toEqual([{}, []]);
		});

		test.each([
			['one', a],
			['all', null],
		])(
			'where %s is no longer to be remembered while it is sealed for the first time',
			async (_, which) => {
				const stopped: Promise<void>[] = [];
				const tab = whileDeriving(() => stopped.push(tab.stopRemembering(which)));
				await tab.holdKey(a, key);
				await tab.rememberKey(a, passphrase);
				await Promise.all(stopped);
				expect(await stored()).toEqual([]);
				expect((await tab.rememberedKeys()).unlocked).toBe(false);
			},
		);

		test('where another tab forgets the one in whose place a key that was typed later is sealed', async () => {
			const other = await remembering();
			const tab = whileDeriving(() => other.forgetKey(a));
			await tab.holdKey(a, 'sk-typed-since-4711');
			expect(await tab.unlockKeys(passphrase)).toMatchObject({ ok: true });
			expect([await lastFours(tab), await origins(tab)]).toEqual([
				{ [a]: '4711', [b]: '6789' },
				[b],
			]);
		});

		test('but one that is typed meanwhile is held', async () => {
			await remembering();
			const asked: Promise<unknown>[] = [];
			const tab = whileDeriving(() => {
				asked.push(tab.forgetKey(a), tab.holdKey(a, 'sk-typed-since-4711'));
			});
			await tab.unlockKeys(passphrase);
			await Promise.all(asked);
			expect([await lastFours(tab), await origins(tab)]).toEqual([
				{ [a]: '4711', [b]: '6789' },
				[b],
			]);
		});

		test('and one that cannot be deleted is told, and is not held', async () => {
			const engine = await remembering();
			const broken = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
				throw new DOMException('The disk is gone.', 'UnknownError');
			});
			await expect(engine.forgetKey(a)).rejects.toThrow('The disk is gone.');
			broken.mockRestore();
			expect([await lastFours(engine), await origins(engine)]).toEqual([{ [b]: '6789' }, [a, b]]);
			await engine.forgetKey(a);
			expect(await origins(engine)).toEqual([b]);
		});
	});

	test('that can be neither read nor deleted are not taken for none: it is told, and the key is let go of', async () => {
		await remembering();
		const { host } = openTab(browser);
		const engine = createEngine({
			...host,
			indexedDB: {
				open: () => {
					throw new DOMException('The disk is gone.', 'UnknownError');
				},
			} as unknown as IDBFactory,
		});
		await engine.holdKey(a, key);
		await expect(engine.forgetKey(a)).rejects.toThrow('The disk is gone.');
		await expect(engine.stopRemembering(null)).rejects.toThrow('The disk is gone.');
		expect(await engine.heldKeys()).toEqual([]);
	});

	test('are none where the browser cannot encrypt, and that is said', async () => {
		const engine = createEngine({ ...openTab(browser).host, sealing: null });
		await engine.holdKey(a, key);
		expect((await engine.rememberedKeys()).possible).toBe(false);
		expect(await engine.rememberKey(a, passphrase)).toEqual(refused('impossible'));
	});

	test('never come back: no answer and no event has the key in it', async () => {
		await remembering();
		const engine = newTab();
		const said: unknown[] = [];
		await engine.subscribe((event) => said.push(event));
		said.push(
			await engine.holdKey('https://c.example', key),
			await engine.rememberedKeys(),
			await engine.unlockKeys('wrong passphrase'),
			await engine.unlockKeys(passphrase),
			await engine.heldKeys(),
			await engine.rememberKey(a, null),
			await engine.changePassphrase(passphrase, 'new passphrase'),
		);
		await engine.forgetKey(a);
		expect(tracesOf(key, textsOf(said))).toEqual([]);
		expect(textsOf(said)).not.toContain('passphrase');
	});
});

test('a run that was interrupted goes on with the remembered keys, once they are unlocked', async () => {
	const engine = newTab();
	const { origin } = new URL(endpoint.url);
	await engine.holdKey(origin, key);
	await engine.rememberKey(origin, passphrase);
	endpoint.play('wrongKey');
	const setup = checkedSetup(oneHello(), null);
	const runId = await started(engine, setup);
	await expect
		.poll(async () => (await engine.getProgress(runId))?.phase.name)
		.toBe('needsAttention');
	endpoint.play('plainReply');
	const later = newTab();
	expect(await later.resumeRun(runId)).toEqual({
		ok: false,
		error: { kind: 'needsKey', origin },
	});
	await later.unlockKeys(passphrase);
	expect(await later.resumeRun(runId)).toEqual(done);
	await finished(later, runId);
	expect(endpoint.ledger.requests.map((request) => request.key)).toEqual([key, key]);
});

describe('a seal', () => {
	const sealing: Sealing = {
		subtle: crypto.subtle,
		random: (length) => new Uint8Array(length).fill(7),
	};
	const derived = async (typed: string) => {
		const seal = await deriveSeal(sealing, typed, newParameters(sealing));
		if (seal === null) throw new Error('Known parameters');
		return seal;
	};

	test('is of a key that nobody can read, and the same for the same passphrase', async () => {
		const seal = await derived(passphrase);
		expect([seal.key.extractable, seal.key.type]).toEqual([false, 'secret']);
		await expect(crypto.subtle.exportKey('raw', seal.key)).rejects.toThrow();
		const sealed = await sealKey(sealing, seal, a, key, 1);
		expect(await openKey(sealing, await derived(passphrase), sealed)).toBe(key);
		expect(await openKey(sealing, await derived(`${passphrase} `), sealed)).toBeNull();
		expect(await openKey(sealing, seal, { ...sealed, origin: b })).toBeNull();
		expect(await openKey(sealing, seal, { ...sealed, origin: `${a}:443` })).toBeNull();
	});
});
