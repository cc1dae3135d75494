import { addressBar, type AddressBar } from './address-bar.ts';
import { hashOf, parseRoute, type Route } from './route.ts';

/** Which page is shown. The address is the truth; this follows it. */
export class RouteState {
	current = $state.raw<Route>({ page: 'new' });
	readonly #bar: AddressBar;
	readonly #unwatch: () => void;

	constructor(bar: AddressBar = addressBar) {
		this.#bar = bar;
		this.#unwatch = bar.watch(() => {
			this.#follow();
		});
		this.#follow();
	}

	go(route: Route): void {
		const hash = hashOf(route);
		if (this.#bar.hash() === hash) return;
		this.#bar.push(hash);
		this.current = route;
	}

	dispose(): void {
		this.#unwatch();
	}

	#follow(): void {
		const route = parseRoute(this.#bar.hash());
		if (route === null) this.#bar.replace(hashOf({ page: 'new' }));
		const next = route ?? { page: 'new' };
		// The same page stays the same value, so that nothing is opened twice.
		if (hashOf(next) !== hashOf(this.current)) this.current = next;
	}
}
