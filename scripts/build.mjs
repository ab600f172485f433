// Compiles src/ to dist/ with plain tsc, into a fresh folder, so that no file of an older build stays behind.
import { spawnSync } from 'node:child_process';
import { rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
rmSync(join(root, 'dist'), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], {
	cwd: root,
	stdio: 'inherit',
});
if (status === 0) utimesSync(join(root, 'dist/main.js'), new Date(), new Date());
process.exit(status ?? 1);
