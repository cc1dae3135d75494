import type { Binding } from './bindings.ts';
import type { JsonObject } from './json.ts';
import type { RowChoice } from './rows.ts';

/** The part of a run that the rules decide. */
export interface CheckedPlan {
	/** Null: as there is no data, or it is not known. */
	readonly choice: RowChoice | null;
	readonly rows: number;
	/** Whether rows and models are known; without that there is no run. */
	readonly counted: boolean;
	readonly models: readonly string[];
	/** The column that names each row's model; null: none does. */
	readonly modelColumn: string | null;
	/** Undefined: none has any. */
	readonly modelParameters: readonly JsonObject[] | undefined;
	readonly bindings: readonly Binding[];
	readonly paired: boolean;
}
