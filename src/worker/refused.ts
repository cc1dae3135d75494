/** What is wrong with the file, in words; thrown so that all that was begun is taken back in one place. */
export class Refused extends Error {
	readonly problems: readonly string[];

	constructor(...problems: readonly string[]) {
		super(problems.join(' '));
		this.problems = problems;
	}
}
