import type { Host } from './host.ts';

/** Calls `emit` soon after each change, but not more than once in `everyMs`. */
export function paced(
	everyMs: number,
	host: Host,
	emit: () => void,
): { changed(): void; flush(): void } {
	let cancel: (() => void) | null = null;
	const flush = (): void => {
		cancel?.();
		cancel = null;
		emit();
	};
	return {
		changed: () => {
			cancel ??= host.after(everyMs, flush);
		},
		flush,
	};
}
