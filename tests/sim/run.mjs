// @ts-check
// The limiter that ships, in virtual time, beside what people have today: npm run sim.
import { createServer } from 'vite';

const modules = await createServer({
	server: { middlewareMode: true },
	appType: 'custom',
	logLevel: 'warn',
});
try {
	const { table } = await modules.ssrLoadModule('/tests/sim/measure.ts');
	console.log(
		'Makespan ÷ ideal; 429s in % of the requests; requests lost. Medians of 5 seeds; of the others one.\n',
	);
	for (const line of table()) console.log(line);
} finally {
	await modules.close();
}
