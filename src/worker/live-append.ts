import type { AppendState, EngineEvent, RunRefusal } from '#contract/engine-api.ts';
import { itemParts } from '#domain/export-choice.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { isActive } from '#domain/run.ts';
import { PageSize } from '#storage/page-size.ts';
import { itemJson } from '#tabular/item-json.ts';
import { pagesOf } from './export-run.ts';
import type { Host } from './host.ts';
import { paced } from './paced.ts';
import type { RunSource } from './runs.ts';
import { TextSink } from './text-sink.ts';

const emitEveryMs = 500;
/** What is in the file can be read only once it is closed, and opening it again copies all of it: that may take a twentieth of the time. */
const leastMs = 5_000;
const costFactor = 20;
const readAtOnce = 100;

/** To be waited for where it gives back a promise. */
type Put = (line: string) => Promise<void> | undefined;

export interface LiveAppendsParts {
	readonly host: Host;
	readonly emit: (event: EngineEvent) => void;
	/** Tells of all that is emitted. */
	readonly listen: (listener: (event: EngineEvent) => void) => void;
	readonly source: (runId: string) => Promise<RunSource | null>;
	/** Whether another tab is at a run: of what settles there this one hears nothing. */
	readonly isElsewhere: (runId: string) => Promise<boolean>;
}

/** The files on disk that this tab's runs append to: one for each at most. */
export class LiveAppends {
	readonly #parts: LiveAppendsParts;
	readonly #appends = new Map<string, LiveAppend>();
	/** One start of a run waits for the one before, so that the file of that one is closed. */
	readonly #starting = new Map<string, Promise<unknown>>();
	#listens = false;

	constructor(parts: LiveAppendsParts) {
		this.#parts = parts;
	}

	start(runId: string, into: FileSystemFileHandle): Promise<Result<AppendState, RunRefusal>> {
		const before = this.#starting.get(runId) ?? Promise.resolve();
		const starting = before.then(() => this.#start(runId, into));
		const settled = starting
			.catch(() => undefined)
			.finally(() => {
				if (this.#starting.get(runId) === settled) this.#starting.delete(runId);
			});
		this.#starting.set(runId, settled);
		return starting;
	}

	async #start(
		runId: string,
		into: FileSystemFileHandle,
	): Promise<Result<AppendState, RunRefusal>> {
		const { source, isElsewhere } = this.#parts;
		await this.#appends.get(runId)?.stop();
		const found = await source(runId);
		if (found === null) return err({ kind: 'missing' });
		if (await isElsewhere(runId)) return err({ kind: 'ownedElsewhere' });
		this.#listen();
		const append = new LiveAppend(this.#parts, found, into);
		this.#appends.set(runId, append);
		return ok(append.state);
	}

	async stop(runId: string): Promise<void> {
		await this.#starting.get(runId);
		await this.#appends.get(runId)?.stop();
	}

	state(runId: string): AppendState | null {
		return this.#appends.get(runId)?.state ?? null;
	}

	#listen(): void {
		if (this.#listens) return;
		this.#listens = true;
		this.#parts.listen((event) => {
			if (event.kind === 'runsChanged') void this.#look();
			if (event.kind !== 'progress') return;
			const { runId, phase, inFlight } = event.progress;
			if (!isActive(phase) && inFlight === 0) this.#appends.get(runId)?.flushNow();
		});
	}

	/** A run that was deleted is heard of no more, and one that came back is opened anew. */
	async #look(): Promise<void> {
		for (const [runId, append] of [...this.#appends]) {
			const found = await this.#parts.source(runId).catch(() => undefined);
			if (found === undefined || found?.store === append.store) continue;
			if (append.state.ended === null) await append.stop(found === null ? deleted : openedAnew);
			if (found === null && this.#appends.get(runId) === append) this.#appends.delete(runId);
		}
	}
}

const deleted = 'the run was deleted.';
const openedAnew = 'the run was deleted and brought back.';
const wentOnElsewhere =
	'another tab went on with this run, so its answers are not told here. Append to a file in that tab.';

/** One run and the file that its results go to: first all there are, in plan order, then each as it comes. */
class LiveAppend {
	readonly #parts: LiveAppendsParts;
	readonly #source: RunSource;
	readonly #file: FileSystemFileHandle;
	readonly #json = itemJson(itemParts);
	readonly #changed: { changed(): void; flush(): void };
	readonly #unlisten: () => void;
	/** Stored and not in the file yet, in order of arrival. They are read when they are written: here are only numbers. */
	#queue = new Set<number>();
	/** While all there are is written: what is stored meanwhile, and when its last attempt left. */
	#heard: Map<number, number> | null = new Map();
	/** Items, and bytes, that the closed file holds. */
	#written = 0;
	#bytes = 0;
	#behind = 0;
	#everyMs = leastMs;
	#ended: AppendState['ended'] = null;
	#wantsFlush = false;
	#cancelTimer: (() => void) | null = null;
	/** Writings come one after another. */
	#writing: Promise<void>;

	constructor(parts: LiveAppendsParts, source: RunSource, file: FileSystemFileHandle) {
		this.#parts = parts;
		this.#source = source;
		this.#file = file;
		this.#changed = paced(emitEveryMs, parts.host, () => {
			parts.emit({ kind: 'append', append: this.state });
		});
		this.#unlisten = source.store.subscribe(({ requests, settled }) => {
			// What another worker has stored is told by nobody: the file would lack it.
			if (requests === null) void this.stop(wentOnElsewhere);
			else this.#hear(settled);
		});
		this.#writing = this.#guarded(() => this.#writeAll());
	}

	get store(): RunSource['store'] {
		return this.#source.store;
	}

	get state(): AppendState {
		return {
			runId: this.#source.run.id,
			fileName: this.#file.name,
			written: this.#written,
			behind: this.#behind + this.#queue.size,
			ended: this.#ended,
		};
	}

	/** What has come by now is in the file before long. */
	flushNow(): void {
		this.#cancelTimer?.();
		this.#cancelTimer = null;
		if (this.#ended === null && this.#queue.size > 0) this.#flush();
	}

	/** All that was heard of is written first. `problem`: what ends it, if nobody asked for that. */
	async stop(problem: string | null = null): Promise<void> {
		if (this.#ended !== null) return;
		this.flushNow();
		await this.#writing;
		// What came while that was written, and before nothing was heard any more.
		this.flushNow();
		await this.#writing;
		this.#end(problem);
	}

	#hear(settled: readonly SettledRequest[]): void {
		for (const { request, startedAt } of settled) {
			this.#queue.add(request);
			this.#heard?.set(request, startedAt);
		}
		this.#changed.changed();
		this.#flushLater();
	}

	#flushLater(): void {
		if (this.#heard !== null || this.#ended !== null) return;
		this.#cancelTimer ??= this.#parts.host.after(this.#everyMs, () => {
			this.flushNow();
		});
	}

	#flush(): void {
		if (this.#wantsFlush) return;
		this.#wantsFlush = true;
		this.#writing = this.#writing.then(() => {
			this.#wantsFlush = false;
			return this.#guarded(() => this.#appendQueue());
		});
	}

	/** What keeps it from writing ends it; the run itself goes on unharmed. */
	async #guarded(work: () => Promise<void>): Promise<void> {
		if (this.#ended !== null) return;
		try {
			await work();
			this.#changed.changed();
			if (this.#queue.size > 0) this.#flushLater();
		} catch (cause) {
			const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
			this.#end(message === '' ? name : `${name}: ${message}`);
		}
	}

	#end(problem: string | null): void {
		if (this.#ended !== null) return;
		this.#ended = { problem };
		this.#unlisten();
		this.#cancelTimer?.();
		this.#changed.flush();
	}

	async #writeAll(): Promise<void> {
		const { counters } = this.#source.store;
		this.#behind = counters.succeeded + counters.failed;
		const size = new PageSize();
		await this.#write({ keepExistingData: false }, async (put) => {
			for await (const page of pagesOf(this.#source, size)) {
				for (const settled of page) await this.#putItems(settled, put);
				size.tell(page, 0);
				this.#behind = Math.max(0, this.#behind - page.length);
				this.#changed.changed();
			}
		});
		this.#behind = 0;
		this.#heard = null;
	}

	async #appendQueue(): Promise<void> {
		const queue = [...this.#queue];
		this.#queue = new Set();
		this.#behind = queue.length;
		await this.#write({ keepExistingData: true }, async (put) => {
			for (let from = 0; from < queue.length; from += readAtOnce) {
				const numbers = queue.slice(from, from + readAtOnce);
				for (const settled of await this.#source.store.readSettledMany(numbers))
					await this.#putItems(settled, put);
			}
		});
		this.#behind = 0;
	}

	async #putItems(settled: SettledRequest, put: Put): Promise<void> {
		const { request, startedAt } = settled;
		// Heard of before it was read here: it is not written a second time.
		if (this.#heard?.get(request) === startedAt) {
			this.#heard.delete(request);
			this.#queue.delete(request);
		}
		for (const item of await this.#source.plan.items(settled)) {
			const waiting = put(`${this.#json(item)}\n`);
			if (waiting !== undefined) await waiting;
		}
	}

	async #write(
		options: FileSystemCreateWritableOptions,
		work: (put: Put) => Promise<void>,
	): Promise<void> {
		const { clock } = this.#parts.host;
		const openedAt = clock.now();
		const keeps = options.keepExistingData === true;
		if (keeps && (await this.#file.getFile()).size !== this.#bytes)
			throw new DOMException('Another program has changed the file.', 'InvalidModificationError');
		const writable = await this.#file.createWritable(options);
		let cost = clock.now() - openedAt;
		let lines = 0;
		const start = keeps ? this.#bytes : 0;
		const text: TextSink = new TextSink((data) =>
			writable.write({ type: 'write', position: start + text.bytes, data }),
		);
		try {
			await work((line) => {
				lines++;
				return text.put(line);
			});
			await text.flush();
		} catch (cause) {
			await writable.abort().catch(() => undefined);
			throw cause;
		}
		const closingAt = clock.now();
		await writable.close();
		cost += clock.now() - closingAt;
		this.#everyMs = Math.max(leastMs, costFactor * cost);
		this.#written += lines;
		this.#bytes = start + text.bytes;
	}
}
