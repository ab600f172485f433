/**
 * Where a user's programs are outside PATH: what the start files of a login shell would add, known from the layouts of installers
 * and version managers. Files are looked at; no shell and no manager is started.
 */
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { hasErrno } from '../errors.ts';
import { namesIn } from '../files/folders.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The folders in search order; absolute, existing or not. */
export function programPlaces(env: Env, home: string): string[] {
	const named = (variable: string, otherwise: string) => {
		const value = env[variable];
		return value !== undefined && isAbsolute(value) ? value : join(home, otherwise);
	};
	return [
		join(home, '.local/bin'),
		join(home, 'bin'),
		join(named('VOLTA_HOME', '.volta'), 'bin'),
		join(named('ASDF_DATA_DIR', '.asdf'), 'shims'),
		join(named('MISE_DATA_DIR', '.local/share/mise'), 'shims'),
		...nvmPlaces(named('NVM_DIR', '.nvm')),
		join(named('FNM_DIR', '.local/share/fnm'), 'aliases/default/bin'),
		join(home, 'Library/Application Support/fnm/aliases/default/bin'),
		join(named('NODENV_ROOT', '.nodenv'), 'shims'),
		join(named('N_PREFIX', 'n'), 'bin'),
		join(named('PROTO_HOME', '.proto'), 'shims'),
		join(named('PROTO_HOME', '.proto'), 'bin'),
		...npmPlaces(env, home),
		join(named('BUN_INSTALL', '.bun'), 'bin'),
		named('PNPM_HOME', '.local/share/pnpm'),
		join(home, 'Library/pnpm'),
		join(home, '.yarn/bin'),
		join(home, '.config/yarn/global/node_modules/.bin'),
		join(home, '.cargo/bin'),
		join(home, '.nix-profile/bin'),
		'/nix/var/nix/profiles/default/bin',
		'/run/current-system/sw/bin',
		'/usr/local/bin',
		'/opt/homebrew/bin',
		'/home/linuxbrew/.linuxbrew/bin',
		'/snap/bin',
	];
}

/** The version of nvm's default alias, as its start file chooses it, or the newest when that one is not installed. */
function nvmPlaces(folder: string): string[] {
	const versions = namesIn(join(folder, 'versions/node'), 'EACCES', 'ELOOP').sort(byVersion).reverse();
	const wanted = nvmAlias(folder, 'default');
	const chosen = versions.find((version) => wanted !== null && isVersion(version, wanted)) ?? versions[0];
	return chosen === undefined ? [] : [join(folder, 'versions/node', chosen, 'bin')];
}

const MAX_ALIASES = 5;

/** An alias may name another alias (`lts/jod`). */
function nvmAlias(folder: string, name: string): string | null {
	let value = name;
	for (let step = 0; step < MAX_ALIASES; step++) {
		if (value.split('/').includes('..')) return null;
		const text = textOf(join(folder, 'alias', value))?.trim();
		if (!text) return step === 0 ? null : value;
		value = text;
	}
	return value;
}

function isVersion(version: string, wanted: string): boolean {
	const plain = wanted.replace(/^v/, '');
	return version === `v${plain}` || version.startsWith(`v${plain}.`);
}

function byVersion(a: string, b: string): number {
	return a.localeCompare(b, 'en', { numeric: true });
}

/** npm's global prefix, if the user set one (docs.npmjs.com, config `prefix`). */
function npmPlaces(env: Env, home: string): string[] {
	const line = /^\s*prefix\s*=\s*(.+?)\s*$/m.exec(textOf(join(home, '.npmrc')) ?? '')?.[1];
	const written = line?.replace(/^["']|["']$/g, '').replace(/^(?:~|\$\{HOME\})(?=\/)/, home);
	return [env.NPM_CONFIG_PREFIX, env.npm_config_prefix, written, join(home, '.npm-global')].flatMap(
		(prefix) => (prefix !== undefined && isAbsolute(prefix) ? [join(prefix, 'bin')] : []),
	);
}

function textOf(path: string): string | null {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'ELOOP')) return null;
		throw error;
	}
}
