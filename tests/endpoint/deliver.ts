import type { Exchange, HeaderRecord } from './exchange.ts';
import type { Reply } from './replies.ts';

/** Settles after so many milliseconds, or at once when the other side has gone. */
export const passed = (milliseconds: number, gone: AbortSignal): Promise<void> =>
	milliseconds === 0 || gone.aborted
		? Promise.resolve()
		: new Promise((resolve) => {
				const over = (): void => {
					clearTimeout(timer);
					gone.removeEventListener('abort', over);
					resolve();
				};
				const timer = setTimeout(over, milliseconds);
				gone.addEventListener('abort', over);
			});

/** Does to the connection what the reply says. `headers` go before the reply's own. */
export async function deliver(
	exchange: Exchange,
	reply: Reply,
	headers: HeaderRecord,
): Promise<void> {
	switch (reply.kind) {
		case 'whole': {
			const bytes = Buffer.from(reply.body);
			exchange.head(reply.status, {
				...headers,
				...reply.headers,
				'content-length': String(bytes.length),
			});
			if (bytes.length > 0) await exchange.write(bytes);
			exchange.end();
			return;
		}
		case 'pieces': {
			exchange.head(200, { ...headers, 'content-type': 'application/json' });
			let from = 0;
			for (const end of [...reply.ends, reply.body.length]) {
				await exchange.write(reply.body.subarray(from, end));
				from = end;
				if (end < reply.body.length) await passed(reply.gapMs, exchange.closed);
				if (exchange.closed.aborted) return;
			}
			exchange.end();
			return;
		}
		case 'cutOff': {
			// Without a length, so that all of the body alone does not make the answer whole.
			exchange.head(200, { ...headers, 'content-type': 'application/json' });
			const sent = reply.body.subarray(0, Math.floor(reply.body.length * reply.share));
			if (sent.length > 0) await exchange.write(sent);
			if (reply.then === 'reset') {
				// The bytes leave before the break does: what is asked for is a break behind them.
				await passed(2, exchange.closed);
				exchange.breakOff();
			}
			return;
		}
		case 'reset':
			exchange.breakOff();
			return;
		case 'never':
	}
}
