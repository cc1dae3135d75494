import type { DBSchema } from 'idb';
import { describe, expect, test } from 'vitest';
import { emptyDraft } from '#domain/draft.ts';
import { datasetMigrations } from '#storage/dataset-schema.ts';
import { libraryMigrations, type LibrarySchema } from '#storage/library-schema.ts';
import { openDatabase, type DatabaseEvents, type Migration } from '#storage/open-database.ts';
import { runMigrations } from '#storage/run-schema.ts';
import { newWorld } from './world.ts';

const calm: DatabaseEvents = {
	onBlocked: () => undefined,
	onVersionChange: () => undefined,
	onTerminated: () => undefined,
};

interface Note {
	readonly id: number;
	readonly steps: readonly string[];
}

interface NotesSchema extends DBSchema {
	notes: { key: number; value: Note };
}

const append =
	(step: string): Migration =>
	async (_db, tx) => {
		const notes = tx.objectStore('notes');
		// The stores of this test hold Notes, whatever their version.
		const stored = (await notes.getAll()) as readonly Note[];
		await Promise.all(stored.map((note) => notes.put?.({ ...note, steps: [...note.steps, step] })));
	};

const steps: readonly Migration[] = [
	(db) => {
		db.createObjectStore('notes', { keyPath: 'id' });
	},
	append('second'),
	append('third'),
];

describe('openDatabase', () => {
	test.each([
		{ from: 1, expected: ['second', 'third'] },
		{ from: 2, expected: ['third'] },
		{ from: 3, expected: [] },
	])('takes data of version $from through the steps it lacks', async ({ from, expected }) => {
		const { factory } = newWorld();
		const older = await openDatabase<NotesSchema>(factory, 'notes', steps.slice(0, from), calm);
		await older.put('notes', { id: 1, steps: [] });
		older.close();

		const newer = await openDatabase<NotesSchema>(factory, 'notes', steps, calm);

		expect(newer.version).toBe(3);
		expect(await newer.getAll('notes')).toEqual([{ id: 1, steps: expected }]);
	});

	test('runs every step on a database that did not exist', async () => {
		const db = await openDatabase(newWorld().factory, 'notes', steps, calm);
		expect(db.version).toBe(3);
		expect([...db.objectStoreNames]).toEqual(['notes']);
	});

	test('leaves the older version as it was where a step fails, and says of what', async () => {
		const { factory } = newWorld();
		const older = await openDatabase<NotesSchema>(factory, 'notes', steps.slice(0, 1), calm);
		await older.put('notes', { id: 1, steps: [] });
		older.close();
		const broken: Migration = async (db, tx) => {
			await append('second')(db, tx);
			throw new RangeError('no such step');
		};

		const opening = openDatabase<NotesSchema>(
			factory,
			'notes',
			[...steps.slice(0, 1), broken],
			calm,
		);

		await expect(opening).rejects.toThrow('no such step');
		const again = await openDatabase<NotesSchema>(factory, 'notes', steps.slice(0, 1), calm);
		expect(await again.getAll('notes')).toEqual([{ id: 1, steps: [] }]);
	});

	test('makes way for a newer version, and says so', async () => {
		const { factory } = newWorld();
		const versions: (number | null)[] = [];
		await openDatabase<NotesSchema>(factory, 'notes', steps.slice(0, 1), {
			...calm,
			onVersionChange: (version) => versions.push(version),
		});
		const newer = await openDatabase<NotesSchema>(factory, 'notes', steps, calm);
		expect(newer.version).toBe(3);
		expect(versions).toEqual([3]);
	});

	test('says when another connection stands in the way, and opens once it is gone', async () => {
		const { factory } = newWorld();
		const stubborn = await new Promise<IDBDatabase>((resolve) => {
			const request = factory.open('notes', 1);
			request.onupgradeneeded = () => {
				request.result.createObjectStore('notes', { keyPath: 'id' });
			};
			request.onsuccess = () => {
				resolve(request.result);
			};
		});
		let blocked = 0;
		const db = await openDatabase<NotesSchema>(factory, 'notes', steps, {
			...calm,
			onBlocked: () => {
				blocked++;
				stubborn.close();
			},
		});
		expect(blocked).toBe(1);
		expect(db.version).toBe(3);
	});

	test('a library of version 1 keeps its drafts and takes notes of models', async () => {
		const { factory } = newWorld();
		const older = await openDatabase<LibrarySchema>(
			factory,
			'volley',
			libraryMigrations.slice(0, 1),
			calm,
		);
		await older.put('drafts', emptyDraft, 'current');
		older.close();
		const newer = await openDatabase<LibrarySchema>(factory, 'volley', libraryMigrations, calm);
		const note = { origin: 'https://a.example', model: 'm', repairs: [], limits: null };
		await newer.put('modelNotes', note);
		expect(await newer.get('drafts', 'current')).toEqual(emptyDraft);
		expect(await newer.get('modelNotes', ['https://a.example', 'm'])).toEqual(note);
	});

	test('a library of version 2 keeps its drafts and notes, and takes connections', async () => {
		const { factory } = newWorld();
		const older = await openDatabase<LibrarySchema>(
			factory,
			'volley',
			libraryMigrations.slice(0, 2),
			calm,
		);
		const note = { origin: 'https://a.example', model: 'm', repairs: [], limits: null };
		await older.put('drafts', emptyDraft, 'current');
		await older.put('modelNotes', note);
		older.close();
		const newer = await openDatabase<LibrarySchema>(factory, 'volley', libraryMigrations, calm);
		const saved = {
			id: 'c1',
			name: 'Mine',
			models: ['m'],
			connection: {
				provider: 'compatible',
				baseUrl: 'https://a.example/v1',
				organization: '',
				project: '',
				usesKey: false,
			},
		} as const;
		await newer.put('connections', saved);
		expect(await newer.get('drafts', 'current')).toEqual(emptyDraft);
		expect(await newer.get('modelNotes', ['https://a.example', 'm'])).toEqual(note);
		expect(await newer.get('connections', 'c1')).toEqual(saved);
	});

	test('a library of version 4 keeps its connections and drafts, and takes sealed keys', async () => {
		const { factory } = newWorld();
		const older = await openDatabase<LibrarySchema>(
			factory,
			'volley',
			libraryMigrations.slice(0, 4),
			calm,
		);
		const saved = {
			id: 'c1',
			name: 'Mine',
			models: ['m'],
			connection: {
				provider: 'compatible',
				baseUrl: 'https://a.example/v1',
				organization: '',
				project: '',
				usesKey: true,
			},
		} as const;
		await older.put('drafts', emptyDraft, 'current');
		await older.put('connections', saved);
		older.close();
		const newer = await openDatabase<LibrarySchema>(factory, 'volley', libraryMigrations, calm);
		const sealed = {
			origin: 'https://a.example',
			version: 1,
			iterations: 600_000,
			salt: Uint8Array.of(1),
			iv: Uint8Array.of(2),
			sealed: Uint8Array.of(3),
		};
		await newer.put('sealedKeys', sealed);
		expect(await newer.get('drafts', 'current')).toEqual(emptyDraft);
		expect(await newer.get('connections', 'c1')).toEqual(saved);
		expect(await newer.get('sealedKeys', 'https://a.example')).toEqual(sealed);
	});

	test.each([
		{
			name: 'library',
			migrations: libraryMigrations,
			stores: 'datasets doomed drafts runs setups',
		},
		{ name: 'dataset', migrations: datasetMigrations, stores: 'chunks' },
		{ name: 'run', migrations: runMigrations, stores: 'choices counters requests' },
	])('version 1 of a $name has its stores', async ({ migrations, stores }) => {
		const db = await openDatabase(newWorld().factory, 'any', migrations.slice(0, 1), calm);
		expect([...db.objectStoreNames].join(' ')).toBe(stores);
	});
});
