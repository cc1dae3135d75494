import { describe, expect, test } from 'vitest';
import type { EngineApi, HeldKey, RememberedKeys } from '#contract/engine-api.ts';
import { err, ok } from '#domain/result.ts';
import { KeyRing } from '#state/keys.svelte.ts';
import { composing, write } from './compose-fixtures.ts';

const openAi = 'https://api.openai.com';
const other = 'https://other.example';

/** What a worker would hold and remember, one passphrase for all. */
class Vault {
	held: HeldKey[] = [];
	remembered: RememberedKeys = {
		...{ possible: true, origins: [], unlocked: false },
		...{ earlier: [], later: [] },
	};
	readonly asked: string[] = [];
	refuses = false;

	readonly commands: Partial<EngineApi> = {
		holdKey: (origin) => {
			const held = { origin, lastFour: '6789' };
			this.held = [...this.held.filter((one) => one.origin !== origin), held];
			return Promise.resolve(held);
		},
		heldKeys: () => Promise.resolve(this.held),
		rememberedKeys: () => Promise.resolve(this.remembered),
		rememberKey: (origin, passphrase) => {
			this.asked.push(`remember ${origin} ${String(passphrase)}`);
			if (this.refuses) return Promise.resolve(err({ kind: 'changedElsewhere' }));
			const origins = [...new Set([...this.remembered.origins, origin])];
			this.remembered = { ...this.remembered, origins, earlier: [], unlocked: true };
			return Promise.resolve(ok(null));
		},
		stopRemembering: (origin) => {
			const origins = this.remembered.origins.filter((one) => one !== origin);
			this.remembered = { ...this.remembered, origins };
			return Promise.resolve();
		},
	};

	/** As of a new session. */
	static remembering(...origins: string[]): Vault {
		const vault = new Vault();
		vault.remembered = { ...vault.remembered, origins };
		return vault;
	}

	unlock(): void {
		this.held = this.remembered.origins.map((origin) => ({ origin, lastFour: '6789' }));
		this.remembered = { ...this.remembered, unlocked: true };
	}
}

const composed = async (vault: Vault) => {
	const { compose, worker } = await composing(vault.commands);
	await compose.keys.load();
	compose.setProvider('openai');
	write(compose, 'Hello');
	return { compose, worker, keys: compose.keys };
};

describe('Remember key on this device', () => {
	test('asks for a passphrase the first time, and seals nothing where it is left', async () => {
		const vault = new Vault();
		const { keys } = await composed(vault);
		await keys.give(openAi, 'sk-123456789');
		const remembering = keys.remember(openAi);
		expect(keys.asked).toEqual({ kind: 'choose', origin: openAi });
		await keys.answered(false);
		await remembering;
		expect([vault.asked, keys.wanted, keys.isRemembered(openAi)]).toEqual([[], null, false]);
	});

	test('waits for the key where none is held yet', async () => {
		const vault = new Vault();
		const { keys } = await composed(vault);
		await keys.remember(openAi);
		expect([keys.asked, keys.wanted]).toEqual([null, openAi]);
		await keys.give(openAi, 'sk-123456789');
		expect(keys.asked).toEqual({ kind: 'choose', origin: openAi });
	});

	test('takes no passphrase where one was typed in this session', async () => {
		const vault = Vault.remembering(other);
		vault.unlock();
		const { keys } = await composed(vault);
		await keys.give(openAi, 'sk-123456789');
		await keys.remember(openAi);
		expect([keys.asked, vault.asked]).toEqual([null, [`remember ${openAi} null`]]);
		expect(keys.isRemembered(openAi)).toBe(true);
	});

	test('asks for the passphrase there is where it is locked, then seals', async () => {
		const vault = Vault.remembering(other);
		const { keys } = await composed(vault);
		await keys.give(openAi, 'sk-123456789');
		const remembering = keys.remember(openAi);
		expect(keys.asked).toEqual({ kind: 'unlock', origin: openAi });
		vault.unlock();
		await keys.answered(true);
		await remembering;
		expect(vault.asked).toEqual([`remember ${openAi} null`]);
	});

	test('says where it could not be', async () => {
		const vault = Vault.remembering(other);
		vault.unlock();
		vault.refuses = true;
		const { keys } = await composed(vault);
		await keys.give(openAi, 'sk-123456789');
		await keys.remember(openAi);
		expect([keys.notRemembered, keys.isRemembered(openAi)]).toEqual([openAi, false]);
	});

	test('ends without the key being forgotten in this tab', async () => {
		const vault = Vault.remembering(openAi);
		vault.unlock();
		const { keys } = await composed(vault);
		await keys.stopRemembering(openAi);
		expect([keys.isRemembered(openAi), keys.heldFor(openAi)?.lastFour]).toEqual([false, '6789']);
	});
});

test('a key that stays on the device although it was to go is told, and does not read as damaged', async () => {
	const vault = Vault.remembering(openAi);
	vault.unlock();
	let isBroken = true;
	vault.commands.forgetKey = () => {
		vault.held = [];
		if (isBroken) return Promise.reject(new Error('The disk is gone.'));
		vault.remembered = { ...vault.remembered, origins: [] };
		return Promise.resolve();
	};
	const { keys } = await composed(vault);
	await keys.forget(openAi);
	expect(keys.notForgotten).toEqual({ origin: openAi, message: 'The disk is gone.' });
	expect([keys.heldFor(openAi), keys.isRemembered(openAi), keys.isDamaged(openAi)]).toEqual([
		null,
		true,
		false,
	]);
	isBroken = false;
	await keys.forget(openAi);
	expect([keys.notForgotten, keys.isRemembered(openAi)]).toEqual([null, false]);
});

test('a key typed while another is remembered and locked is said to be held only, and takes its place where that is asked for', async () => {
	const vault = Vault.remembering(openAi);
	const { keys } = await composed(vault);
	vault.remembered = { ...vault.remembered, earlier: [openAi] };
	await keys.give(openAi, 'sk-123456789');
	await expect.poll(() => keys.rememberedInstead(openAi)).toBe('earlier');
	expect([keys.isRemembered(openAi), keys.remembersHeld(openAi)]).toEqual([true, false]);
	const replacing = keys.remember(openAi);
	expect(keys.asked).toEqual({ kind: 'unlock', origin: openAi });
	vault.unlock();
	await keys.answered(true);
	await replacing;
	expect([keys.rememberedInstead(openAi), keys.remembersHeld(openAi)]).toEqual([null, true]);
});

describe('what the worker answers late', () => {
	/** Each question waits until it is answered by its number. */
	function slowly() {
		const vault = new Vault();
		const waiting: ((held: HeldKey[]) => void)[] = [];
		vault.commands.heldKeys = () => new Promise((resolve) => waiting.push(resolve));
		const keys = new KeyRing(vault.commands as EngineApi);
		return { keys, answer: (i: number, ...held: HeldKey[]) => waiting[i]?.(held) };
	}
	const before = { origin: other, lastFour: '0001' };
	const after = { origin: other, lastFour: '0002' };

	test('does not lose a key that was typed meanwhile', async () => {
		const { keys, answer } = slowly();
		const loading = keys.load();
		await keys.give(openAi, 'sk-123456789');
		answer(0, before);
		await loading;
		expect([keys.heldFor(openAi)?.lastFour, keys.heldFor(other)]).toEqual(['6789', before]);
	});

	test('does not take the place of what was answered to a later question', async () => {
		const { keys, answer } = slowly();
		const loading = [keys.load(), keys.load()];
		answer(1, after);
		await loading[1];
		answer(0, before);
		await loading[0];
		expect(keys.held).toEqual([after]);
	});

	test('is forgotten all the same, asked for after it was typed', async () => {
		const { keys, answer } = slowly();
		await keys.give(openAi, 'sk-123456789');
		const loading = keys.load();
		answer(0);
		await loading;
		expect(keys.held).toEqual([]);
	});
});

describe('a remembered key that is locked', () => {
	test('is no problem, and Start asks for the passphrase, then starts', async () => {
		const vault = Vault.remembering(openAi);
		const { compose, keys, worker } = await composed(vault);
		expect([compose.needsKey, compose.problems, keys.isLocked(openAi)]).toEqual([false, [], true]);
		const starting = compose.start();
		await expect.poll(() => keys.asked).toEqual({ kind: 'unlock', origin: openAi });
		expect(worker.asked('startRun')).toEqual([]);
		vault.unlock();
		await keys.answered(true);
		expect(await starting).toBe('r1');
		expect(worker.asked('startRun')).toHaveLength(1);
	});

	test('is not started with where the person leaves the question', async () => {
		const { compose, keys, worker } = await composed(Vault.remembering(openAi));
		const starting = compose.start();
		await expect.poll(() => keys.asked).not.toBeNull();
		await keys.answered(false);
		expect([await starting, compose.starting, worker.asked('startRun')]).toEqual([null, false, []]);
	});

	test('of another origin is asked for by nothing', async () => {
		const { compose, keys } = await composed(Vault.remembering(`${openAi}.evil.example`));
		expect([compose.needsKey, keys.isLocked(openAi)]).toEqual([true, false]);
		expect(await compose.start()).toBeNull();
		expect(keys.asked).toBeNull();
	});

	test('is asked for where only a further connection has it', async () => {
		const { compose, keys } = await composed(Vault.remembering(other));
		await keys.give(openAi, 'sk-123456789');
		compose.addShare();
		compose.edit((draft) => ({
			...draft,
			shares: draft.shares?.map((share) => ({ ...share, baseUrl: `${other}/v1` })) ?? [],
		}));
		const starting = compose.start();
		await expect.poll(() => keys.asked).toEqual({ kind: 'unlock', origin: other });
		await keys.answered(false);
		await starting;
	});

	test('is asked for before the connection is tested', async () => {
		const { compose, keys } = await composed(Vault.remembering(openAi));
		void compose.testConnection();
		await expect.poll(() => keys.asked).toEqual({ kind: 'unlock', origin: openAi });
	});

	test('that the passphrase does not open is damaged, and a key is needed', async () => {
		const vault = Vault.remembering(openAi);
		vault.remembered = { ...vault.remembered, unlocked: true };
		const { compose, keys } = await composed(vault);
		expect([keys.isLocked(openAi), keys.isDamaged(openAi), compose.needsKey]).toEqual([
			false,
			true,
			true,
		]);
	});

	test('is heard of from another tab', async () => {
		const vault = new Vault();
		const { compose, keys } = await composed(vault);
		vault.remembered = { ...vault.remembered, origins: [openAi] };
		compose.receive({ kind: 'keysChanged' });
		await expect.poll(() => keys.isLocked(openAi)).toBe(true);
	});
});

test('a question takes the place of the one before, which is answered with no', async () => {
	const keys = new KeyRing(new Vault().commands as EngineApi);
	const first = keys.ask({ kind: 'unlock', origin: openAi });
	void keys.ask({ kind: 'manage', origin: null });
	expect(await first).toBe(false);
});
