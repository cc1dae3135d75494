/** The most that a run takes: held wherever a draft grows, and told where one is checked. */

/** Each has a limiter of its own. */
export const mostModels = 50;

/** Each is a factor of the plan, and of more none would be looked at. */
export const mostTemplates = 10_000;

const count = (number: number): string => number.toLocaleString('en-US');

/** `subject` begins the sentence, such as “prompts.json holds”. */
export const tooManyTemplates = (subject: string, found: number): string =>
	`${subject} ${count(found)} templates, more than the ${count(mostTemplates)} that a run takes.`;

export const tooManyModels = (found: number): string =>
	`There are ${count(found)} models, more than the ${count(mostModels)} that a run takes.`;
