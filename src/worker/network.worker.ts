import type { NetworkNews } from '#contract/network.ts';
import type { FromNetwork, ToNetwork } from './network-wire.ts';

/*
 * The one that sends: started by the page once it is locked, so the browser lets it reach nothing else. It holds no key
 * beyond the request that carries it.
 */

const toldEveryMs = 250;

const inFlight = new Map<number, AbortController>();
let sent = 0;
let told = 0;
let telling = false;

const tell = (news: NetworkNews): void => {
	self.postMessage(news);
};

function tellSent(): void {
	if (telling) return;
	telling = true;
	setTimeout(() => {
		telling = false;
		if (sent !== told) tell({ kind: 'sent', count: sent });
		told = sent;
	}, toldEveryMs);
}

self.addEventListener('securitypolicyviolation', (event) => {
	// TypeScript's library for workers does not say which event it is.
	const { effectiveDirective, blockedURI } = event as SecurityPolicyViolationEvent;
	// It was counted when it was begun, and did not leave.
	if (effectiveDirective === 'connect-src') sent--;
	tell({ kind: 'blocked', where: blockedURI });
	tellSent();
});

async function send(
	port: MessagePort,
	{ id, url, init }: Extract<ToNetwork, { kind: 'send' }>,
): Promise<void> {
	const reply = (message: FromNetwork, transfer: Transferable[] = []): void => {
		port.postMessage(message, transfer);
	};
	const controller = new AbortController();
	inFlight.set(id, controller);
	sent++;
	tellSent();
	try {
		const response = await fetch(url, { ...init, signal: controller.signal });
		const { status, statusText } = response;
		reply({ id, kind: 'head', status, statusText, headers: [...response.headers] });
		const reader = response.body?.getReader();
		for (;;) {
			const piece = await reader?.read();
			if (piece === undefined || piece.done) break;
			reply({ id, kind: 'piece', bytes: piece.value }, [piece.value.buffer]);
		}
		reply({ id, kind: 'end' });
	} catch (error) {
		reply({ id, kind: 'failed', message: error instanceof Error ? error.message : String(error) });
	} finally {
		inFlight.delete(id);
	}
}

self.addEventListener(
	'message',
	({ data: port }: MessageEvent<MessagePort>) => {
		port.onmessage = ({ data }: MessageEvent<ToNetwork>) => {
			if (data.kind === 'send') void send(port, data);
			else inFlight.get(data.id)?.abort();
		};
	},
	{ once: true },
);
