// The one web global that the domain uses: parsing an address is pure, and every platform has it.
declare class URL {
	constructor(url: string);
	readonly protocol: string;
	readonly host: string;
	readonly hostname: string;
	readonly origin: string;
	readonly pathname: string;
	readonly search: string;
	readonly hash: string;
	readonly username: string;
	readonly password: string;
}
