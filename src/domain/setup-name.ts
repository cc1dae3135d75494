/** Whether a file's name says that it is a setup; browsers number a download's second copy. */
export const isSetupName = (fileName: string): boolean =>
	/\.volley(?: ?\(\d+\))?\.json$/i.test(fileName);
