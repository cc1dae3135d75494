import type { Role } from '#domain/prompt.ts';
import { roleWords } from '../wording.ts';

/** "System message", "User message", and where a role comes again, "User message 2". */
export function messageLabels(roles: readonly Role[]): readonly string[] {
	return roles.map((role, i) => {
		const nth = roles.slice(0, i + 1).filter((other) => other === role).length;
		return `${roleWords[role]} message${nth > 1 ? ` ${String(nth)}` : ''}`;
	});
}
