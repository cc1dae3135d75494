import { identityOf, originOf, type Connection } from '#domain/connection.ts';
import type { ConnectionTest } from '#domain/model-list.ts';
import { listModels } from '#openai/list-models.ts';
import type { Fetch, Host } from './host.ts';
import type { KeyRing } from './key-ring.ts';

const timeoutMs = 20_000;

interface ModelListParts {
	readonly keys: KeyRing;
	readonly host: Host;
	readonly demoFetch: Fetch;
}

/** The models that endpoints list, as last heard, for as long as the worker lives. */
export class ModelLists {
	readonly #parts: ModelListParts;
	/** Under the way to the endpoint and the key that it was asked with: another key may see other models. */
	readonly #heard = new Map<string, Promise<ConnectionTest>>();

	constructor(parts: ModelListParts) {
		this.#parts = parts;
	}

	/** Asks anew. */
	test(connection: Connection): Promise<ConnectionTest> {
		const name = this.#nameOf(connection);
		const asking = this.#ask(connection);
		this.#heard.set(name, asking);
		void asking.then(({ kind }) => {
			// What failed may succeed the next time.
			if (kind !== 'models' && this.#heard.get(name) === asking) this.#heard.delete(name);
		});
		return asking;
	}

	/** Asks once. */
	list(connection: Connection): Promise<ConnectionTest> {
		return this.#heard.get(this.#nameOf(connection)) ?? this.test(connection);
	}

	#nameOf(connection: Connection): string {
		return JSON.stringify([
			identityOf(connection),
			this.#parts.keys.versionOf(originOf(connection)),
			this.#parts.keys.keyFor(originOf(connection)) === '',
		]);
	}

	#ask(connection: Connection): Promise<ConnectionTest> {
		const { keys, host, demoFetch } = this.#parts;
		const simulated = connection.provider === 'demo';
		return listModels({
			connection,
			key: simulated ? '' : keys.keyFor(originOf(connection)),
			redactor: keys.redactor,
			timeoutMs,
			fetch: simulated ? demoFetch : host.fetch,
			after: host.after,
			epoch: () => host.clock.epoch(),
		});
	}
}
