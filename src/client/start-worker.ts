import { trustedScript } from './trusted-types.ts';

/**
 * Starts a module worker that is bound to the policy of the document of this window, late additions included. One that is
 * loaded from the network would be bound by its own headers alone, and many hosts send none; a blob inherits. Resolves once
 * the module is there and can be told something; rejects where it could not be loaded.
 */
export function startWorker(
	script: string,
	name: string,
	realm: typeof globalThis,
): Promise<Worker> {
	// A blob has no address that others could be relative to.
	const address = new URL(script, document.baseURI).href;
	// A static import would count as a worker from the network, which the policy forbids. An error is thrown where the page
	// hears of it.
	const text = `import(${JSON.stringify(address)}).then(()=>postMessage(null),(e)=>setTimeout(()=>{throw e}))`;
	const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
	const started = new AbortController();
	return new Promise<Worker>((resolve, reject) => {
		const worker = new realm.Worker(trustedScript(url), { type: 'module', name });
		const { signal } = started;
		worker.addEventListener(
			'message',
			() => {
				resolve(worker);
			},
			{ signal },
		);
		worker.addEventListener(
			'error',
			(event) => {
				event.preventDefault();
				worker.terminate();
				reject(new Error(event.message));
			},
			{ signal },
		);
	}).finally(() => {
		started.abort();
		URL.revokeObjectURL(url);
	});
}
