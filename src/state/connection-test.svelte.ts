import type { EngineApi, HeldKey } from '#contract/engine-api.ts';
import type { Connection } from '#domain/connection.ts';
import { shutdownHint, type ConnectionTest, type ListedModel } from '#domain/model-list.ts';
import { isSameConnection } from '#domain/saved-connection.ts';
import { dayOf } from './day-of.ts';

interface Tested {
	readonly connection: Connection;
	/** The key it was asked with; another one is another object. */
	readonly key: HeldKey | null;
	readonly result: ConnectionTest;
}

interface Listed {
	readonly connection: Connection;
	readonly models: readonly ListedModel[];
}

/** What the endpoint being chosen says of itself: whether it can be reached, and which models it has. */
export class ConnectionTestState {
	readonly #api: EngineApi;
	readonly #now: () => number;
	/** What is being asked; null: nothing is. */
	#asked = $state.raw<Omit<Tested, 'result'> | null>(null);
	#tested = $state.raw<Tested | null>(null);
	#listed = $state.raw<Listed | null>(null);

	constructor(api: EngineApi, now: () => number) {
		this.#api = api;
		this.#now = now;
	}

	/** Null where this connection was not tested with this key. */
	resultFor(connection: Connection | null, key: HeldKey | null): ConnectionTest | null {
		if (connection === null || this.#tested === null || this.#tested.key !== key) return null;
		return isSameConnection(this.#tested.connection, connection) ? this.#tested.result : null;
	}

	get testing(): boolean {
		return this.#asked !== null;
	}

	/** `key`: the one it is asked with. Who asks of another connection, or with another key, waits for no answer before. */
	async test(connection: Connection, key: HeldKey | null): Promise<void> {
		const before = this.#asked;
		if (before?.key === key && isSameConnection(before.connection, connection)) return;
		const asked = { connection, key };
		this.#asked = asked;
		try {
			const result = await this.#api.testConnection(connection);
			if (this.#asked !== asked) return;
			this.#tested = { ...asked, result };
			this.#take(connection, result);
		} finally {
			if (this.#asked === asked) this.#asked = null;
		}
	}

	/** Asks for the models unless they are known. What goes wrong is for a test to tell. */
	async look(connection: Connection): Promise<void> {
		if (connection.provider === 'azure' || this.#modelsOf(connection) !== null) return;
		this.#take(connection, await this.#api.listModels(connection));
	}

	/** What can be chosen there. Azure lists what could be deployed, which is no name of a deployment. */
	modelsOf(connection: Connection | null): readonly ListedModel[] {
		if (connection === null || connection.provider === 'azure') return [];
		return this.#modelsOf(connection) ?? [];
	}

	/** What is known of one model that a person should know before it is used. */
	hintFor(connection: Connection | null, model: string): string | null {
		const name = model.trim();
		const listed = this.modelsOf(connection).find(({ id }) => id === name);
		const hint = listed === undefined ? null : shutdownHint(listed, this.today);
		return hint === null ? null : `${name} ${hint}.`;
	}

	get today(): string {
		return dayOf(this.#now());
	}

	#modelsOf(connection: Connection): readonly ListedModel[] | null {
		const listed = this.#listed;
		return listed !== null && isSameConnection(listed.connection, connection)
			? listed.models
			: null;
	}

	#take(connection: Connection, result: ConnectionTest): void {
		if (result.kind === 'models') this.#listed = { connection, models: result.models };
	}
}
