import type { NetworkUse } from '#contract/network.ts';
import { formatCounted } from './format.ts';
import { hostOf, hostsOf } from './wording.ts';

/** So many hosts are named; a person with more of them reads the rest when pointing there. */
const named = 3;

const hostsInShort = (origins: readonly string[]): string =>
	origins.length <= named + 1
		? hostsOf(origins)
		: `${origins.slice(0, named).map(hostOf).join(', ')} and ${String(origins.length - named)} more`;

/** "Locked to api.openai.com: 142 requests, all there." `origins`: where requests would go. */
export function lockWords(use: NetworkUse, origins: readonly string[]): string {
	const { lockedTo, sent, blocked, blockedAt } = use;
	const kept =
		blocked === 0
			? ''
			: blocked === 1
				? ` 1 attempt to reach ${blockedAt ?? 'another host'} was blocked.`
				: ` ${formatCounted(blocked, 'attempt')} to reach others were blocked, the last ${blockedAt ?? 'unknown'}.`;
	if (lockedTo === null)
		return `Start locks this tab to ${origins.length === 0 ? 'that address' : hostsInShort(origins)}.${kept}`;
	const count = sent === 0 ? '' : `: ${formatCounted(sent, 'request')}, all there`;
	return `Locked to ${hostsInShort(lockedTo)}${count}.${kept}`;
}

/** Why a draft cannot be sent from this tab. */
export const lockedOutWords = (use: NetworkUse, lockedOut: readonly string[]): string =>
	`This tab is locked to ${hostsInShort(use.lockedTo ?? [])} until it is reloaded, so nothing can go to ${hostsInShort(lockedOut)}.`;
