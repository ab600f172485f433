// Loads TypeScript of test/, which Node 20 does not read, through the development tools.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Gives `use` what each of `paths` (from the root of the repo: `/test/helpers/x.ts`) exports, in that order. */
export async function withTypeScript(paths, use) {
	const { createViteServer } = await import('vitest/node');
	const server = await createViteServer({
		root,
		configFile: false,
		appType: 'custom',
		logLevel: 'error',
		optimizeDeps: { noDiscovery: true },
		server: { middlewareMode: true, hmr: false, ws: false, watch: null },
	});
	try {
		const loaded = [];
		for (const path of paths) loaded.push(await server.ssrLoadModule(path));
		return await use(...loaded);
	} finally {
		await server.close();
	}
}
