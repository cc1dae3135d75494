export type JsonValue =
	string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface JsonObject {
	readonly [key: string]: JsonValue;
}

export const isJsonObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text at `key`, or null where there is none or it is not text. */
export function textAt(object: JsonObject, key: string): string | null {
	const value = object[key];
	return typeof value === 'string' ? value : null;
}

/** The finite number at `key`, or null. */
export function numberAt(object: JsonObject, key: string): number | null {
	const value = object[key];
	return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The object at `key`; an empty one where there is none. */
export function objectAt(object: JsonObject, key: string): JsonObject {
	const value = object[key];
	return isJsonObject(value) ? value : {};
}

/** The objects in the list at `key`; none where it is no list. */
export function objectsAt(object: JsonObject, key: string): readonly JsonObject[] {
	const value = object[key];
	return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** No completion and no parameter is nested so deep; what is could be neither stored nor written to a file. */
export const mostDepth = 200;

/** A loop over its levels: what walks down into it would run out of stack. */
export function isTooDeep(value: unknown): boolean {
	let level: readonly unknown[] = [value];
	for (let depth = 0; depth <= mostDepth; depth++) {
		const next: unknown[] = [];
		for (const one of level)
			if (typeof one === 'object' && one !== null)
				for (const member of Object.values(one)) next.push(member);
		if (next.length === 0) return false;
		level = next;
	}
	return true;
}
