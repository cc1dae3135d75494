/** Whether a file's name says that it is a run. */
export const isRunFileName = (fileName: string): boolean =>
	/\.volley-run(?: ?\(\d+\))?\.jsonl(?: ?\(\d+\))?(?:\.gz)?$/i.test(fileName);

/** Whether a file's name says that it may be what the Batch API gave back. */
export const isBatchName = (fileName: string): boolean =>
	/^(?:batch_|file-|.*(?:output|error)).*\.jsonl$/i.test(fileName);
