import { expose } from 'comlink';
import type { EngineWorker } from '#contract/engine-api.ts';
import { browserHost } from './browser-host.ts';
import { createEngine } from './create-engine.ts';
import { Network } from './network.ts';

/** By then the page stands, and nobody waits. */
const restMs = 4_000;

const network = new Network();

self.addEventListener('securitypolicyviolation', (event) => {
	// TypeScript's library for workers does not say which event it is.
	network.reportBlocked((event as SecurityPolicyViolationEvent).blockedURI);
});

const engine = {
	...createEngine(browserHost(network)),
	connectNetwork: (gate) => {
		network.connect(gate);
		return Promise.resolve();
	},
} satisfies EngineWorker;

self.addEventListener(
	'message',
	({ data: port }: MessageEvent<MessagePort>) => {
		expose(engine, port);
	},
	{ once: true },
);

// The host may have another version by the time that a part is asked for first: all but the vocabularies are fetched by then.
setTimeout(() => {
	void Promise.allSettled([
		import('./compare-reader.ts'),
		import('./doors.ts'),
		import('./failure-groups.ts'),
		import('./free-space.ts'),
		import('#storage/incoming-run.ts'),
		import('./line-view.ts'),
		import('./make-statement.ts'),
		import('./remembered-keys.ts'),
		import('./replay-request.ts'),
		import('./summaries.ts'),
	]);
}, restMs);
