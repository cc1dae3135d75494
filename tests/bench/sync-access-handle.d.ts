/** As the types of workers have it: this folder's types are those of a document, and what is bundled for a worker meets both. */
interface FileSystemSyncAccessHandle {
	close(): void;
	flush(): void;
	getSize(): number;
	read(buffer: AllowSharedBufferSource, options?: { at?: number }): number;
	truncate(size: number): void;
	write(buffer: AllowSharedBufferSource, options?: { at?: number }): number;
}

interface FileSystemFileHandle {
	createSyncAccessHandle(): Promise<FileSystemSyncAccessHandle>;
}
