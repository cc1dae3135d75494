/** A line of a list of facts: what it is, and what it comes to. */
export interface Fact {
	readonly label: string;
	readonly value: string;
}
