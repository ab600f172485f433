import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** `src` as JavaScript in a folder of its own, for tests that need it in plain node processes. */
export function compileSource(): { folder: string; remove(): void } {
	const cache = join(ROOT, 'node_modules', '.cache');
	mkdirSync(cache, { recursive: true });
	const folder = mkdtempSync(join(cache, 'relay-test-'));
	// Inside node_modules the package's own `type` does not reach.
	writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
	const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
	execFileSync(tsc, ['-p', ROOT, '--outDir', folder, '--noEmitOnError', 'false', '--noCheck'], {
		stdio: 'pipe',
	});
	return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
