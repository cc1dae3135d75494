import type { IncomingHttpHeaders } from 'node:http';

export type Protocol = 'http1' | 'http2';

export type HeaderRecord = Readonly<Record<string, string>>;

/** One request and the way to answer it, whatever protocol carries them. */
export interface Exchange {
	readonly protocol: Protocol;
	readonly method: string;
	/** Without the query. */
	readonly path: string;
	/** With its question mark; empty where there is none. */
	readonly query: string;
	readonly headers: IncomingHttpHeaders;
	/** Null where the other side went away before it had sent all of it. */
	body(): Promise<string | null>;
	/** Aborts once nothing more can be sent, however it came to that. */
	readonly closed: AbortSignal;
	/** Whether the answer left whole. */
	readonly leftWhole: () => boolean;
	head(status: number, headers: HeaderRecord): void;
	/** Settles once the bytes are handed to the system, or cannot be any more. */
	write(bytes: Uint8Array): Promise<void>;
	end(): void;
	/** Breaks the connection (HTTP/1.1) or the stream (HTTP/2). */
	breakOff(): void;
}

export interface Front {
	readonly origin: string;
	/** Breaks every connection. */
	close(): Promise<void>;
}

/** The text of a body; null where it broke off. */
export async function textOf(stream: NodeJS.ReadableStream): Promise<string | null> {
	const chunks: Uint8Array[] = [];
	try {
		// A stream yields Buffers as long as no encoding is set.
		for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
	} catch {
		return null;
	}
	return Buffer.concat(chunks).toString('utf8');
}

export const queryOf = (url: string): string => new URL(url, 'http://endpoint').search;

export const pathOf = (url: string): string => new URL(url, 'http://endpoint').pathname;
