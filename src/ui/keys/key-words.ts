import type { KeyRefusal } from '#contract/engine-api.ts';
import { assertNever } from '#domain/result.ts';
import { leastPassphrase, type PassphraseStrength } from '#domain/passphrase.ts';

/** Why nothing was unlocked or remembered, and what to do. */
export function keyRefusalWords(refusal: KeyRefusal): string {
	switch (refusal.kind) {
		case 'wrongPassphrase':
			return 'This passphrase opens none of the remembered keys. Nothing was changed; try again.';
		case 'locked':
			return 'The passphrase is needed first.';
		case 'tooShort':
			return `Choose a passphrase of at least ${String(leastPassphrase)} characters.`;
		case 'noKey':
			return 'There is no key to remember any more. Type it again.';
		case 'changedElsewhere':
			return 'Another tab has changed the remembered keys meanwhile. Try again.';
		case 'impossible':
			return 'This browser encrypts nothing for this page, so no key can be remembered.';
		case 'storage':
			return `It could not be stored here, and nothing was changed. The browser says: ${refusal.message}`;
		default:
			return assertNever(refusal);
	}
}

export const strengthWords: Readonly<Record<PassphraseStrength, string>> = {
	tooShort: `At least ${String(leastPassphrase)} characters; four or five words that do not belong together are better.`,
	weak: 'Easy to guess for somebody who has this device. Make it longer: add a few words.',
	fair: 'Fair. Longer is better: each word more makes it much harder to guess.',
	good: 'Good: long.',
};

/** Of keys that their passphrase does not open any more. */
export const damagedWords = (hosts: readonly string[]): string =>
	`What is stored of ${hosts.length === 1 ? 'the key' : 'the keys'} for ${hosts.join(', ')} is damaged and cannot be opened. Type ${hosts.length === 1 ? 'it' : 'them'} again.`;

/** Of keys that the browser did not delete. */
export const notForgottenWords = (message: string): string =>
	`What this device remembers could not be deleted, and may still be there, encrypted. Try again. The browser says: ${message}`;
