import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	// Rune classes need Svelte's client build; without the condition Node resolves the server's.
	plugins: [svelte()],
	resolve: { conditions: ['browser'] },
	test: {
		include: ['tests/**/*.test.ts'],
		environment: 'node',
		expect: { requireAssertions: true },
		setupFiles: process.env['CI'] === undefined ? [] : ['tests/support/fixed-seed.ts'],
		testTimeout: 20_000,
	},
});
