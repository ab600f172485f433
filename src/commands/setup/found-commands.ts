import { join } from 'node:path';
import { namesIn } from '../../core/files/folders.ts';
import { readJsonOrNull, readRegularText } from '../../core/files/read-file.ts';

/** What a repo is read for: file names and a few small files. */
export interface RepoFiles {
	names: ReadonlySet<string>;
	/** The text of a file at the top level; null: there is none that can be read. */
	text(name: string): string | null;
	/** As `text`, parsed as JSON. */
	json(name: string): unknown;
}

const MAX_BYTES = 1024 ** 2;

export function readRepoFiles(folder: string): RepoFiles {
	return {
		names: new Set(namesIn(folder, 'EACCES')),
		text: (name) => readRegularText(join(folder, name), MAX_BYTES),
		json: (name) => readJsonOrNull(join(folder, name)),
	};
}

/** Scripts that check, and change nothing by what they are for. */
const SCRIPTS = ['test', 'lint', 'typecheck', 'types', 'build'];
const TARGETS = ['test', 'check', 'lint'];

/**
 * Commands that check the work in this repo, as the user would allow them, most telling first. Only words of ours and names from a
 * fixed list: nothing that the repo says is offered.
 */
export function foundCommands({ names, text, json }: RepoFiles): string[] {
	const has = (...files: string[]) => files.some((file) => names.has(file));
	const scripts = has('package.json') ? scriptsOf(json('package.json')) : [];
	const runner = has('pnpm-lock.yaml') ? 'pnpm' : has('yarn.lock') ? 'yarn' : 'npm';
	const ofScript = (script: string) => (script === 'test' ? `${runner} test` : `${runner} run ${script}`);
	const makefile = has('Makefile') ? (text('Makefile') ?? '') : '';
	const targets = TARGETS.filter((target) => new RegExp(`^${target}[ \\t]*:(?!=)`, 'm').test(makefile));
	const isPython =
		has('pytest.ini', 'conftest.py', 'tox.ini') || /\[tool\.pytest/.test(text('pyproject.toml') ?? '');
	return [
		...SCRIPTS.filter((script) => scripts.includes(script)).map(ofScript),
		...(has('Cargo.toml') ? ['cargo test', 'cargo clippy'] : []),
		...(has('go.mod') ? ['go test ./...', 'go vet ./...'] : []),
		...(isPython ? ['pytest'] : []),
		...(has('mix.exs') ? ['mix test'] : []),
		...targets.map((target) => `make ${target}`),
	];
}

function scriptsOf(manifest: unknown): string[] {
	if (typeof manifest !== 'object' || manifest === null || !('scripts' in manifest)) return [];
	const { scripts } = manifest;
	return typeof scripts === 'object' && scripts !== null ? Object.keys(scripts) : [];
}
