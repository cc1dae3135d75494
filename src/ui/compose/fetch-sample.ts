import { err, ok, type Result } from '#domain/result.ts';

/** A sample file of the site itself. */
export async function fetchSample(name: string): Promise<Result<File, string>> {
	const missing = err(`The sample ${name} could not be loaded from this site. Drop a CSV instead.`);
	try {
		const reply = await fetch(new URL(`samples/${name}`, document.baseURI));
		if (!reply.ok) return missing;
		return ok(new File([await reply.blob()], name, { type: 'text/csv' }));
	} catch {
		return missing;
	}
}
