import { expect, test } from 'vitest';
import type { AppendState, EngineApi, EngineEvent, ExportEnd } from '#contract/engine-api.ts';
import { wholeExport } from '#domain/export-choice.ts';
import { err, ok } from '#domain/result.ts';
import { LeftFiles } from '#state/left-files.ts';
import { RunFiles, type AppendMemory, type FilesRun } from '#state/run-files.svelte.ts';
import { apiWith, rest, run } from './run-fixtures.ts';

class Memory implements AppendMemory {
	readonly names = new Map<string, string>();
	get(runId: string): string | null {
		return this.names.get(runId) ?? null;
	}
	set(runId: string, name: string | null): void {
		if (name === null) this.names.delete(runId);
		else this.names.set(runId, name);
	}
}

const file = { name: 'results.jsonl' } as FileSystemFileHandle;
const appending: AppendState = {
	runId: run.id,
	fileName: file.name,
	written: 0,
	behind: 3,
	ended: null,
};

/** A run's page, as far as its files need it. */
function pageWith(api: EngineApi) {
	const listeners = new Set<(event: EngineEvent) => void>();
	const owner: FilesRun = {
		runId: run.id,
		listen: (listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		ask: (ask) => ask(api),
	};
	const tell = (event: EngineEvent): void => {
		for (const listener of listeners) listener(event);
	};
	return { owner, tell, listeners };
}

async function filesOf(commands: Partial<EngineApi>, memory = new Memory()) {
	const api = apiWith({ getAppend: () => Promise.resolve(null), ...commands });
	const { owner, tell } = pageWith(api);
	const files = new RunFiles(owner, memory);
	await rest();
	return { files, tell, memory };
}

const written: ExportEnd = {
	...{ kind: 'written', name: 'run.jsonl', lines: 2, bytes: 9 },
	blob: new Blob(['{}\n{}\n']),
};

test('an export shows how far it is, one at a time, and is over when its file is there', async () => {
	let finish: (() => void) | undefined;
	const { files, tell } = await filesOf({
		exportRun: () => new Promise((resolve) => (finish = () => resolve(written))),
	});
	const file = files.write(wholeExport('jsonl'));
	expect(await files.write(wholeExport('csv'))).toBeNull();
	tell({ kind: 'exportProgress', runId: run.id, done: 3, total: 10 });
	tell({ kind: 'exportProgress', runId: 'another', done: 9, total: 10 });
	expect(files.exporting).toEqual({ format: 'jsonl', done: 3, total: 10 });
	finish?.();
	expect((await file)?.name).toBe('run.jsonl');
	expect([files.exporting, files.end?.kind]).toEqual([null, 'written']);
});

test.each<ExportEnd>([
	{ kind: 'cancelled' },
	{ kind: 'busy' },
	{ kind: 'full', needed: 10, free: 1 },
	{ kind: 'unwritable', message: 'NotAllowedError' },
])('an export that is $kind gives no file and says so', async (end) => {
	const { files } = await filesOf({ exportRun: () => Promise.resolve(end) });
	expect(await files.write(wholeExport('csv'), file)).toBeNull();
	expect([files.end, files.exporting]).toEqual([end, null]);
});

test('an append is remembered until it ends, so that a reload says that it stopped', async () => {
	const first = await filesOf({ startAppend: () => Promise.resolve(ok(appending)) });
	await first.files.startAppend(file);
	expect(first.files.append?.behind).toBe(3);

	const reloaded = await filesOf({}, first.memory);
	expect(reloaded.files.lostAppend).toBe('results.jsonl');
	reloaded.files.forgetLostAppend();
	expect([reloaded.files.lostAppend, first.memory.names.size]).toEqual([null, 0]);
});

test('an append that goes on while another page was looked at is shown again', async () => {
	const { files, tell, memory } = await filesOf({ getAppend: () => Promise.resolve(appending) });
	expect([files.append, files.lostAppend]).toEqual([appending, null]);
	const ended = { ...appending, ended: { problem: 'NotAllowedError' } };
	tell({ kind: 'append', append: { ...ended, runId: 'another' } });
	expect(files.append).toEqual(appending);
	tell({ kind: 'append', append: ended });
	expect([files.append, memory.names.size]).toEqual([ended, 0]);
});

test('an append of a run that another tab is at is refused in words', async () => {
	const { files } = await filesOf({
		startAppend: () => Promise.resolve(err({ kind: 'ownedElsewhere' })),
	});
	await files.startAppend(file);
	expect(files.appendRefused).toContain('Another tab');
});

test('an export that is being written when its run is left is there when it is opened again', async () => {
	let finish: (() => void) | undefined;
	const cancelled: string[] = [];
	const api = apiWith({
		getAppend: () => Promise.resolve(null),
		exportRun: () => new Promise((resolve) => (finish = () => resolve(written))),
		cancelExport: (runId) => {
			cancelled.push(runId);
			return Promise.resolve();
		},
	});
	const kept = new LeftFiles();
	const before = pageWith(api);
	const files = kept.of(before.owner, new Memory());
	const file = files.write(wholeExport('jsonl'));
	kept.leave(files);
	expect(before.listeners.size).toBe(0);

	const after = pageWith(api);
	const again = kept.of(after.owner, new Memory());
	after.tell({ kind: 'exportProgress', runId: run.id, done: 3, total: 10 });
	expect(again.exporting).toEqual({ format: 'jsonl', done: 3, total: 10 });
	await again.cancel();
	expect(cancelled).toEqual([run.id]);
	finish?.();
	expect((await file)?.name).toBe('run.jsonl');
	expect([again.exporting, again.end?.kind]).toEqual([null, 'written']);

	kept.leave(again);
	expect(kept.of(pageWith(api).owner, new Memory()).end).toBeNull();
});
