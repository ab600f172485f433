import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';

const MAX_BYTES = 256 * 1024;
/** A program lies a few folders below its package's root. */
const MAX_FOLDERS = 6;

const manifestSchema = v.object({
	name: v.string(),
	version: v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+[\w.+-]*$/)),
	bin: v.optional(v.union([v.string(), v.record(v.string(), v.string())])),
});

/**
 * The version of the npm package that a program belongs to, without starting it: of the package that `install` names
 * (`npm install -g @google/gemini-cli`) and whose `bin` is this very file. null for any other program, a wrapper included.
 */
export function packageVersion(executable: string, install: string): string | null {
	const program = realPathOf(executable);
	if (program === null) return null;
	const wanted = new Set(install.split(/\s+/).map((word) => word.replace(/(?<=.)@[^/]*$/, '')));
	let folder = dirname(program);
	for (let depth = 0; depth < MAX_FOLDERS && folder !== dirname(folder); depth++) {
		const manifest = readManifest(join(folder, 'package.json'));
		if (manifest !== null && wanted.has(manifest.name))
			return programsOf(manifest, folder).includes(program) ? manifest.version : null;
		folder = dirname(folder);
	}
	return null;
}

function programsOf({ bin }: v.InferOutput<typeof manifestSchema>, folder: string): Array<string | null> {
	const paths = typeof bin === 'string' ? [bin] : Object.values(bin ?? {});
	return paths.map((path) => realPathOf(join(folder, path)));
}

function readManifest(file: string): v.InferOutput<typeof manifestSchema> | null {
	try {
		// Most folders have none, and Node takes long for a look that throws.
		const facts = statSync(file, { throwIfNoEntry: false });
		if (facts === undefined || facts.size > MAX_BYTES) return null;
		const read = v.safeParse(manifestSchema, JSON.parse(readFileSync(file, 'utf8')));
		return read.success ? read.output : null;
	} catch {
		return null;
	}
}

function realPathOf(path: string): string | null {
	try {
		return realpathSync.native(path);
	} catch {
		return null;
	}
}
