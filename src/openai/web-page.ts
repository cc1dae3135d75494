/** Whether an answer is a page for people: a wrong address, or the sign-in of a network. */
export const isWebPage = (text: string): boolean => /^\s*<(!doctype|html|head|body)/i.test(text);

/** Null where it has none. */
export const pageTitle = (page: string): string | null =>
	/<title[^>]{0,100}>([^<]{0,300})/i.exec(page)?.[1] ?? null;
