import { expect, test } from 'vitest';
import type { DoorRefusal, EngineApi, OpenedFile } from '#contract/engine-api.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { DoorsState } from '#state/doors.svelte.ts';

type Opened = Result<OpenedFile, DoorRefusal>;

/** How one call ends. */
interface Call {
	readonly settle: (opened: Opened) => void;
	readonly fail: (cause: Error) => void;
}

/** Doors over an engine whose every answer is given by hand. */
function doorsByHand() {
	const asked: Call[] = [];
	const api: Pick<EngineApi, 'openFile' | 'cancelDoor'> = {
		openFile: () =>
			new Promise<Opened>((settle, fail) => {
				asked.push({ settle, fail });
			}),
		cancelDoor: () => Promise.resolve(),
	};
	// Nothing else is asked of it here.
	return { asked, doors: new DoorsState(api as EngineApi) };
}

const cancelled: Opened = err({ kind: 'cancelled' });
const aRun: Opened = ok({ kind: 'setup' });
const file = (name: string): File => new File([], name);

test('a second file stays on the screen when the first, which it took the place of, is given up', async () => {
	const { asked, doors } = doorsByHand();
	const first = doors.open(file('first'));
	const second = doors.open(file('second'));
	asked[0]?.settle(cancelled);
	expect(await first).toBeNull();
	expect(doors.phase).toMatchObject({ name: 'working', file: 'second' });
	asked[1]?.settle(aRun);
	expect(await second).toEqual({ kind: 'setup' });
	expect(doors.phase).toEqual({ name: 'idle' });
});

test('what was closed is for nobody, however it ends', async () => {
	const { asked, doors } = doorsByHand();
	const opening = doors.open(file('first'));
	doors.close();
	asked[0]?.settle(err({ kind: 'refused', problems: ['no run'] }));
	expect(await opening).toBeNull();
	expect(doors.phase).toEqual({ name: 'idle' });
});

test('a call that breaks is refused in words', async () => {
	const { asked, doors } = doorsByHand();
	const opening = doors.open(file('first'));
	asked[0]?.fail(new Error('the worker is gone'));
	expect(await opening).toBeNull();
	expect(doors.phase).toEqual({
		name: 'refused',
		work: 'open',
		file: 'first',
		problems: ['Volley itself went wrong: the worker is gone'],
		broke: true,
	});
});
