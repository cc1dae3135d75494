import type { EngineApi } from '#contract/engine-api.ts';
import type { Connection } from '#domain/connection.ts';
import { isSameConnection, type SavedConnection } from '#domain/saved-connection.ts';

/** The connections that a person has given names. */
export class SavedConnectionsState {
	readonly #api: EngineApi;
	all = $state.raw<readonly SavedConnection[]>([]);

	constructor(api: EngineApi) {
		this.#api = api;
	}

	async load(): Promise<void> {
		this.all = await this.#api.connections();
	}

	/** The one that these fields came out of, or might have; null where none is like it. */
	like(connection: Connection | null, models: readonly string[]): SavedConnection | null {
		if (connection === null) return null;
		const alike = this.all.filter((saved) => isSameConnection(saved.connection, connection));
		return alike.find((saved) => isSameList(saved.models, models)) ?? alike[0] ?? null;
	}

	named(name: string): SavedConnection | null {
		return this.all.find((saved) => saved.name === name.trim()) ?? null;
	}

	/** Under a name that is taken: in the place of that one. */
	async save(name: string, connection: Connection, models: readonly string[]): Promise<void> {
		const filled = models.map((model) => model.trim()).filter((model) => model !== '');
		const id = this.named(name)?.id ?? null;
		await this.#api.saveConnection(id, { name: name.trim(), connection, models: filled });
		await this.load();
	}

	/** As `save`, a name that is taken is taken over. */
	async rename({ id, connection, models }: SavedConnection, name: string): Promise<void> {
		const other = this.named(name);
		if (other !== null && other.id !== id) await this.#api.deleteConnection(other.id);
		await this.#api.saveConnection(id, { name: name.trim(), connection, models });
		await this.load();
	}

	async remove({ id }: SavedConnection): Promise<void> {
		await this.#api.deleteConnection(id);
		await this.load();
	}
}

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
	a.length === b.length && a.every((one, i) => one === b[i]?.trim());
