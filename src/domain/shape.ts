import { isJsonObject } from './json.ts';
import { err, ok, type Result } from './result.ts';

const bad = Symbol('bad');

/** What a value from outside must look like. What is given back holds nothing that was not asked for. */
export interface Shape<T> {
	/** `at` names the place in words a person can look for: `templates 2 › prompt`. */
	readonly read: (value: unknown, at: string, faults: Faults) => T | typeof bad;
	/** The field may be left out. */
	readonly isOptional?: boolean;
}

const mostFaults = 8;

/** Every fault that was found, up to a few. */
class Faults {
	readonly list: string[] = [];

	add(at: string, message: string): typeof bad {
		if (this.list.length < mostFaults)
			this.list.push(`${at === '' ? 'It' : `“${at}”`} ${message}.`);
		return bad;
	}

	get isFull(): boolean {
		return this.list.length >= mostFaults;
	}
}

export function readShape<T>(shape: Shape<T>, value: unknown): Result<T, readonly string[]> {
	const faults = new Faults();
	const read = shape.read(value, '', faults);
	return read === bad || faults.list.length > 0 ? err(faults.list) : ok(read);
}

export const text = (most: number): Shape<string> => ({
	read: (value, at, faults) => {
		if (typeof value !== 'string') return faults.add(at, 'is not text');
		if (value.length > most)
			return faults.add(at, `is longer than ${most.toLocaleString('en')} characters`);
		return value;
	},
});

export const number: Shape<number> = {
	read: (value, at, faults) =>
		typeof value === 'number' && Number.isFinite(value) ? value : faults.add(at, 'is not a number'),
};

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number): Shape<number> =>
	passing(
		number,
		(value) => Number.isInteger(value) && value >= least && value <= most,
		`is not a whole number from ${String(least)} to ${most.toLocaleString('en')}`,
	);

/** What has the shape, and stands a test besides; `message` says of what does not what is wrong. */
export const passing = <T>(
	shape: Shape<T>,
	test: (value: T) => boolean,
	message: string,
): Shape<T> => ({
	read: (value, at, faults) => {
		const before = faults.list.length;
		const read = shape.read(value, at, faults);
		// Of what has a fault already nothing more can be told.
		if (read === bad || faults.list.length > before || faults.isFull) return bad;
		return test(read) ? read : faults.add(at, message);
	},
});

/** One of several shapes, told apart by the text at `key`. */
export const either = <T extends object>(
	key: string,
	shapes: Readonly<Record<string, Shape<T>>>,
): Shape<T> => ({
	read: (value, at, faults) => {
		if (!isJsonObject(value)) return faults.add(at, 'is not an object');
		const kind = value[key];
		const shape =
			typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
		return shape === undefined
			? faults.add(
					at === '' ? key : `${at} › ${key}`,
					`is not one of ${Object.keys(shapes).join(', ')}`,
				)
			: shape.read(value, at, faults);
	},
});

export const truth: Shape<boolean> = {
	read: (value, at, faults) =>
		typeof value === 'boolean' ? value : faults.add(at, 'is neither true nor false'),
};

export const oneOf = <T extends string>(values: readonly T[]): Shape<T> => ({
	read: (value, at, faults) =>
		values.find((known) => known === value) ?? faults.add(at, `is not one of ${values.join(', ')}`),
});

export const orNull = <T>(shape: Shape<T>): Shape<T | null> => ({
	read: (value, at, faults) => (value === null ? null : shape.read(value, at, faults)),
});

/** Of a field that may be left out. */
export const optional = <T>(shape: Shape<T>): Shape<T> => ({ ...shape, isOptional: true });

export const listOf = <T>(shape: Shape<T>, least: number, most: number): Shape<readonly T[]> => ({
	read: (value, at, faults) => {
		if (!Array.isArray(value)) return faults.add(at, 'is not a list');
		if (value.length < least || value.length > most)
			return faults.add(
				at,
				`has ${String(value.length)} entries; there must be ${String(least)} to ${most.toLocaleString('en')}`,
			);
		const list: T[] = [];
		for (const [i, entry] of (value as readonly unknown[]).entries()) {
			const read = shape.read(entry, `${at} ${String(i + 1)}`, faults);
			if (faults.isFull) return bad;
			if (read !== bad) list.push(read);
		}
		return list;
	},
});

/** A shape for each field: a type's field that is forgotten here does not compile. */
export type Fields<T> = { readonly [K in keyof T]-?: Shape<Exclude<T[K], undefined>> };

export function objectOf<T extends object>(fields: Fields<T>): Shape<T> {
	// Once, not for each of the million lines of a file.
	const known: readonly [string, Shape<unknown>][] = Object.entries(fields);
	return {
		read: (value, at, faults) => {
			if (!isJsonObject(value)) return faults.add(at, 'is not an object');
			const inside = (name: string): string => (at === '' ? name : `${at} › ${name}`);
			for (const name of Object.keys(value))
				if (!Object.hasOwn(fields, name))
					faults.add(inside(name.slice(0, 60)), 'is not known to this version');
			const read: Record<string, unknown> = {};
			for (const [name, shape] of known)
				if (Object.hasOwn(value, name)) read[name] = shape.read(value[name], inside(name), faults);
				else if (shape.isOptional !== true) faults.add(inside(name), 'is missing');
			// Of an object with a fault nothing is used, so every field that is there is of its type.
			return read as T;
		},
	};
}
