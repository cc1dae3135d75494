import { trustedScript } from './trusted-script.ts';

/**
 * Starts a module worker that is bound to the policy of the document of this window, late additions included. One that is
 * loaded from the network would be bound by its own headers alone, and many hosts send none; a blob inherits.
 */
export function startWorker(script: string, name: string, realm: typeof globalThis): Worker {
	// A blob has no address that others could be relative to.
	const address = new URL(script, document.baseURI).href;
	// A static import would count as a worker from the network, which the policy forbids. What comes before the module is
	// there is kept for it; an error is thrown where the page hears of it.
	const text = `const early=[],keep=(e)=>early.push(e);addEventListener('message',keep);import(${JSON.stringify(address)}).then(()=>{removeEventListener('message',keep);for(const {data,ports} of early)dispatchEvent(new MessageEvent('message',{data,ports}))},(e)=>setTimeout(()=>{throw e}))`;
	const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
	const worker = new realm.Worker(trustedScript(url), { type: 'module', name });
	const release = (): void => {
		URL.revokeObjectURL(url);
	};
	worker.addEventListener('message', release, { once: true });
	worker.addEventListener('error', release, { once: true });
	return worker;
}
