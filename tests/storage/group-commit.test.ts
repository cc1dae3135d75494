import { describe, expect, test } from 'vitest';
import { GroupCommit } from '#storage/group-commit.ts';

/** A commit that ends when the test says so. */
function gated() {
	const groups: (readonly number[])[] = [];
	const gates: { readonly open: () => void; readonly fail: (cause: Error) => void }[] = [];
	const commit = (entries: readonly number[]): Promise<void> => {
		groups.push(entries);
		return new Promise((resolve, reject) => {
			gates.push({ open: resolve, fail: reject });
		});
	};
	return { groups, gates, commit };
}

const settle = async (): Promise<void> => {
	for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe('GroupCommit', () => {
	test('has one commit under way; the next takes all that came meanwhile', async () => {
		const { groups, gates, commit } = gated();
		const commits = new GroupCommit<number>({ commit, recordsOf: () => 1, maxRecords: 100 });
		void commits.add(1);
		await settle();
		void commits.add(2);
		void commits.add(3);
		await settle();
		expect(groups).toEqual([[1]]);
		gates[0]?.open();
		await settle();
		expect(groups).toEqual([[1], [2, 3]]);
	});

	test.each([
		{ records: [1, 1, 1, 1, 1], maxRecords: 2, sizes: [2, 2, 1] },
		{ records: [1, 9, 1], maxRecords: 3, sizes: [1, 1, 1] },
		{ records: [9], maxRecords: 3, sizes: [1] },
		{ records: [2, 2, 2], maxRecords: 5, sizes: [2, 1] },
	])('of entries of $records records takes $sizes at a time', async (example) => {
		const sizes: number[] = [];
		const commits = new GroupCommit<number>({
			commit: (entries) => {
				sizes.push(entries.length);
				return Promise.resolve();
			},
			recordsOf: (entry) => entry,
			maxRecords: example.maxRecords,
		});
		await Promise.all(example.records.map((records) => commits.add(records)));
		expect(sizes).toEqual(example.sizes);
	});

	test('rejects exactly the entries of a failed commit, and goes on', async () => {
		const { gates, commit } = gated();
		const commits = new GroupCommit<number>({ commit, recordsOf: () => 1, maxRecords: 2 });
		const ends = Promise.allSettled([1, 2, 3].map((entry) => commits.add(entry)));
		await settle();
		gates[0]?.fail(new Error('full'));
		await settle();
		gates[1]?.open();
		expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
	});

	test('is idle only when nothing is queued or under way', async () => {
		const { gates, commit } = gated();
		const commits = new GroupCommit<number>({ commit, recordsOf: () => 1, maxRecords: 1 });
		let idle = false;
		void commits.add(1);
		void commits.add(2);
		void commits.idle().then(() => {
			idle = true;
		});
		await settle();
		gates[0]?.open();
		await settle();
		expect(idle).toBe(false);
		gates[1]?.open();
		await settle();
		expect(idle).toBe(true);
	});
});
