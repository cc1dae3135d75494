import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** Of a path such as `reasoning.effort`, the object and the name in it; of a plain name, no object. */
function split(path: string): readonly [parent: string | null, name: string] {
	const dot = path.indexOf('.');
	return dot === -1 ? [null, path] : [path.slice(0, dot), path.slice(dot + 1)];
}

const objectAt = (args: JsonObject, name: string): JsonObject | null => {
	const value = Object.hasOwn(args, name) ? args[name] : undefined;
	return isJsonObject(value) ? value : null;
};

export function hasAt(args: JsonObject, path: string): boolean {
	const [parent, name] = split(path);
	const holder = parent === null ? args : objectAt(args, parent);
	return holder !== null && Object.hasOwn(holder, name);
}

/** Undefined where nothing stands there. */
export function valueAt(args: JsonObject, path: string): JsonValue | undefined {
	const [parent, name] = split(path);
	const holder = parent === null ? args : objectAt(args, parent);
	return holder !== null && Object.hasOwn(holder, name) ? holder[name] : undefined;
}

/** `args` with a value more; whatever stands beside it in the same object stays. */
export function withAt(args: JsonObject, path: string, value: JsonValue): JsonObject {
	const [parent, name] = split(path);
	if (parent === null) return { ...args, [name]: value };
	return { ...args, [parent]: { ...objectAt(args, parent), [name]: value } };
}

/** `args` without the value; an object that it leaves empty goes too. */
export function withoutAt(args: JsonObject, path: string): JsonObject {
	const [parent, name] = split(path);
	if (parent === null)
		return Object.fromEntries(Object.entries(args).filter(([key]) => key !== name));
	const holder = objectAt(args, parent);
	if (holder === null) return args;
	const rest = withoutAt(holder, name);
	return Object.keys(rest).length === 0 ? withoutAt(args, parent) : { ...args, [parent]: rest };
}
