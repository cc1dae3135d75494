/** A file that is being written from its start to its end. */
export interface NewFile {
	/** All of the bytes, or it throws. */
	append(bytes: Uint8Array): void;
	close(): void;
}

/** Where files are built that the page then gives to the browser to download. */
export interface ExportFolder {
	create(name: string): Promise<NewFile>;
	/** What stands in a closed file; it is read from the disk when it is asked for its bytes. */
	read(name: string): Promise<Blob>;
	names(): Promise<readonly string[]>;
	/** Deleting what is not there is no failure. */
	delete(name: string): Promise<void>;
}
