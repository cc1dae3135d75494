import type { World } from './world.ts';

/** What all sequences together came to: a promise that was never put to the test has not been kept. */
export class Tally {
	commands = 0;
	runs = 0;
	sends = 0;
	aborted = 0;
	/** Attempts by a second, third, … tab at a run. */
	byLaterOwners = 0;
	resent = 0;
	casualties = 0;
	lossesTold = 0;
	takenOver = 0;
	/** Prompts that left in one call with others. */
	together = 0;
	parted = 0;
	askedAgain = 0;
	/** Answers that had to come back from a journal. */
	restored = 0;
	mostInFlight = 0;
	longest = 0;

	add(world: World, commands: number): void {
		this.commands += commands;
		this.longest = Math.max(this.longest, commands);
		for (const run of world.runs) {
			this.runs++;
			this.sends += run.sends.length;
			this.aborted += run.sends.filter(({ state }) => state === 'aborted').length;
			const [first] = run.sends;
			this.byLaterOwners += run.sends.filter(
				({ session }) => session.tab !== first?.session.tab,
			).length;
			this.resent += run.resent;
			this.casualties += run.casualties;
			this.lossesTold += run.lossesTold;
			this.takenOver += run.takenOver;
			this.together += run.sends.filter(({ call }) => call.size > 1).length;
			this.parted += run.parted;
			this.askedAgain += run.askedAgain;
			this.restored += run.restored;
			this.mostInFlight = Math.max(this.mostInFlight, run.mostInFlight);
		}
	}
}
