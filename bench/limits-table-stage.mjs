// The stage of the real CLIs, as test/agents sets it: its harness is TypeScript, which Node 20 does not read, so it is
// loaded through the development tools. Nothing is installed here.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Gives `use` the harness, or `{ skipped }` with the reason in place of what `use` would give. */
export async function withHarness(use) {
	const tools = await import('vitest/node').catch(() => null);
	if (tools === null) return { skipped: 'the development tools are not installed (npm ci)' };
	const server = await tools.createViteServer({
		root,
		configFile: false,
		appType: 'custom',
		logLevel: 'error',
		optimizeDeps: { noDiscovery: true },
		server: { middlewareMode: true, hmr: false, ws: false, watch: null },
	});
	try {
		const load = (path) => server.ssrLoadModule(`/test/agents/${path}`);
		const { hasAgents, AGENTS_BIN } = await load('harness/installed-agents.ts');
		if (!hasAgents) return { skipped: 'the real CLIs are not installed (npm run test:agents does it)' };
		return await use({
			AGENTS_BIN,
			...(await load('harness/answers.ts')),
			...(await load('harness/four-agents.ts')),
			...(await load('harness/scene.ts')),
			...(await load('harness/scene-processes.ts')),
			...(await load('pairs/limits.ts')),
			...(await server.ssrLoadModule('/test/helpers/patience.ts')),
		});
	} finally {
		await server.close();
	}
}

/** Opens the scene of one limit: `before` answers, then nothing but the refusal. The caller disposes of it. */
export async function openLimitScene(harness, { from, met }, before = []) {
	const scene = await harness.openScene({ claudeLogin: met.login ?? 'oauth' });
	harness.giveOpencodeItsPlugin(scene);
	scene.model.script(from, ...before);
	scene.model.forever(from, met.refusal());
	return scene;
}

/**
 * When the first request came behind the `answered` ones, which is refused: epoch ms. `ended` resolves when the program
 * is gone, with what it wrote: then no request will come.
 */
export async function firstRefusalAt(harness, scene, { from, answered }, ended) {
	let wrote = null;
	ended.then((words) => {
		wrote = words;
	});
	const refused = () => scene.model.of(from)[answered];
	await harness.until(() => refused() ?? wrote !== null, `the refused request of ${from}`);
	if (!refused()) throw new Error(`${from} ended before it met its limit: ${wrote}`);
	return refused().at;
}

/**
 * Runs all of `cases` side by side, but each begins only when the one before has met its limit: they wait together, and
 * the starts, which need the processor, come one by one. `start(case)` gives `{ refused, ended }`, two promises.
 */
export async function beginInTurn(cases, start) {
	const runs = [];
	for (const each of cases) {
		const { refused, ended } = start(each);
		ended.catch(() => {});
		runs.push(ended);
		await Promise.race([refused, ended]);
	}
	return Promise.all(runs);
}
