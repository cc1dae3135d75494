import type { EngineEvent } from '#contract/engine-api.ts';
import type { NetworkUse } from '#contract/network.ts';

/** What this tab can reach, and what was made of it. */
export class NetworkState {
	use = $state.raw<NetworkUse>({ lockedTo: null, sent: 0, blocked: 0, blockedAt: null });

	receive(event: EngineEvent): void {
		if (event.kind === 'network') this.use = event.network;
	}

	/** Those that cannot be reached from here before the page is reloaded. */
	lockedOut(origins: readonly string[]): readonly string[] {
		const { lockedTo } = this.use;
		return lockedTo === null ? [] : origins.filter((origin) => !lockedTo.includes(origin));
	}
}
