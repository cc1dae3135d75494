/** Splits text into pieces that join to it again, at most four characters each, as tokens of English are on average. */
export const tokensOf = (text: string): readonly string[] => text.match(/\s?\S{1,4}|\s/gu) ?? [];

export const countTokens = (text: string): number => tokensOf(text).length;
