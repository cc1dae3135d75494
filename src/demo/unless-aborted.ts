/** Settles with the promise, or, as fetch does, rejects with the signal's reason as soon as it aborts. */
export async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
	let stopListening = (): void => undefined;
	const aborted = new Promise<void>((resolve) => {
		const listener = (): void => {
			resolve();
		};
		signal.addEventListener('abort', listener);
		stopListening = () => {
			signal.removeEventListener('abort', listener);
		};
	});
	try {
		await Promise.race([promise, signal.aborted ? undefined : aborted]);
	} finally {
		stopListening();
		signal.throwIfAborted();
	}
}
