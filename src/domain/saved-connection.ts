import { identityOf, type Connection } from './connection.ts';

/** A connection that a person has given a name. Without its key: that is held apart, under its origin. */
export interface SavedConnection {
	readonly id: string;
	readonly name: string;
	readonly connection: Connection;
	/** The models that were chosen with it. */
	readonly models: readonly string[];
}

export const isSameConnection = (a: Connection, b: Connection): boolean =>
	identityOf(a) === identityOf(b);
