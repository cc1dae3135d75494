import { expose } from 'comlink';
import type { EngineWorker } from '#contract/engine-api.ts';
import { browserHost } from './browser-host.ts';
import { createEngine } from './create-engine.ts';
import { Network } from './network.ts';

const network = new Network();

self.addEventListener('securitypolicyviolation', (event) => {
	// TypeScript's library for workers does not say which event it is.
	network.reportBlocked((event as SecurityPolicyViolationEvent).blockedURI);
});

expose({
	...createEngine(browserHost(network)),
	connectNetwork: (gate) => {
		network.connect(gate);
		return Promise.resolve();
	},
} satisfies EngineWorker);
