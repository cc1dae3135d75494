/** Whether it may be rows: several lines, or cells with a tab between. */
export const isTabular = (text: string): boolean => /\t|[\r\n]+[^\r\n]/.test(text.trim());

/** Whether a spreadsheet put it there: only those give a table as HTML beside the text. */
export const isFromSheet = (html: string): boolean => /<table[\s>]/i.test(html);
