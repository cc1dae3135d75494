import type { Connection } from './connection.ts';

/** A connection that a person has given a name. Without its key: that is held apart, under its origin. */
export interface SavedConnection {
	readonly id: string;
	readonly name: string;
	readonly connection: Connection;
	/** The models that were chosen with it. */
	readonly models: readonly string[];
}

/** Whether both send the same things to the same place. */
export const isSameConnection = (a: Connection, b: Connection): boolean =>
	identityOf(a) === identityOf(b);

const identityOf = (connection: Connection): string =>
	JSON.stringify([
		connection.provider,
		connection.baseUrl,
		connection.apiVersion ?? '',
		connection.preset ?? '',
		connection.organization,
		connection.project,
	]);
