import type { DatasetMark } from '#domain/dataset.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import type { RunRevision } from '#domain/revision.ts';
import type { RunPhase, RunSetup } from '#domain/run.ts';
import { crc32 } from './checksum.ts';
import type { HistoryRecord } from './run-schema.ts';

/** A line of a run's journal. */
export type JournalEntry =
	/** The first line: all of the run but its key and its rows. */
	| {
			readonly kind: 'run';
			readonly format: number;
			readonly id: string;
			readonly createdAt: number;
			readonly setup: RunSetup;
			readonly data: DatasetMark | null;
	  }
	/** A worker took the run up; `paidTwice` are the requests that were in flight at all crashes so far. */
	| {
			readonly kind: 'taken';
			readonly epoch: number;
			readonly paidTwice: number;
			readonly name: string;
	  }
	| { readonly kind: 'named'; readonly name: string }
	/** It is about to leave. */
	| { readonly kind: 'sent'; readonly request: number }
	/** It came back without an answer and waits again, or its failure settles next. */
	| { readonly kind: 'back'; readonly request: number }
	/** It was given up without an answer and leaves again: it may be paid for twice. */
	| { readonly kind: 'doubted'; readonly request: number; readonly paidTwice: number }
	| { readonly kind: 'settled'; readonly settled: SettledRequest }
	/** Failed requests that wait again. */
	| { readonly kind: 'freed'; readonly requests: readonly number[] }
	/** The attempts at a request that waits again, in a journal that was made anew: the lines of them are gone. */
	| { readonly kind: 'history'; readonly history: HistoryRecord }
	/** Answered requests that are asked for again under this revision: the answer stands until a new one comes. */
	| {
			readonly kind: 'reopened';
			readonly requests: readonly number[];
			readonly revision: number;
	  }
	/** From here on requests may be sent under this revision; numbered from 1. */
	| { readonly kind: 'revised'; readonly number: number; readonly revision: RunRevision }
	| { readonly kind: 'phase'; readonly phase: RunPhase };

/** Raised where lines come to mean something else, or are known no more: what is newer is neither read nor cut. */
export const journalFormat = 1;

const checksumLength = 8;
const space = 0x20;
export const newline = 0x0a;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const hex = (checksum: number): string => checksum.toString(16).padStart(checksumLength, '0');

/** `checksum JSON newline`: JSON holds no line break of its own. */
export function encodeRecord(value: unknown): Uint8Array {
	const json = encoder.encode(JSON.stringify(value));
	const line = new Uint8Array(json.length + checksumLength + 2);
	encoder.encodeInto(hex(crc32(json)), line);
	line[checksumLength] = space;
	line.set(json, checksumLength + 1);
	line[line.length - 1] = newline;
	return line;
}

/** What stands in a line without its newline; null where the checksum does not say that all of it is there. */
export function decodeRecord(line: Uint8Array): unknown {
	if (line.length <= checksumLength + 1 || line[checksumLength] !== space) return null;
	const json = line.subarray(checksumLength + 1);
	if (decoder.decode(line.subarray(0, checksumLength)) !== hex(crc32(json))) return null;
	return JSON.parse(decoder.decode(json));
}

export const encodeEntry = (entry: JournalEntry): Uint8Array => encodeRecord(entry);

/** Null of a line that was torn or has rotted. */
export const decodeEntry = (line: Uint8Array): JournalEntry | null =>
	// A line whose checksum is right is one that `encodeEntry` wrote.
	decodeRecord(line) as JournalEntry | null;

export function joined(parts: readonly Uint8Array[]): Uint8Array {
	const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}
