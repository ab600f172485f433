// The stage of a benchmark: a home of its own, a repo of many files, stand-ins for the agents' programs first in PATH.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const RELAY = join(root, 'bin/agent-relay.js');
export const DIST = join(root, 'dist');
export const NODE_MODULES = join(root, 'node_modules');

const FILES_IN_FOLDER = 50;

/** Gives `use` a fresh scene and removes it afterwards, whatever happens. */
export async function withScene(use) {
	const folder = mkdtempSync(join(tmpdir(), 'agent-relay-bench-'));
	try {
		return await use(new Scene(folder));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

class Scene {
	constructor(folder) {
		this.folder = folder;
		this.home = this.makeFolder('home');
		this.bin = this.makeFolder('bin');
		/** Where stand-ins leave what they saw. */
		this.notes = this.makeFolder('notes');
		this.env = {
			HOME: this.home,
			PATH: `${this.bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
			LANG: 'C.UTF-8',
			TERM: 'xterm-256color',
			ANTHROPIC_API_KEY: 'bench',
			CODEX_API_KEY: 'bench',
			BENCH_NOTES: this.notes,
		};
	}

	makeFolder(name) {
		const path = join(this.folder, name);
		mkdirSync(path, { recursive: true });
		return path;
	}

	/** A stand-in for an agent's program: a script for /bin/sh. */
	addAgent(name, script) {
		const path = join(this.bin, name);
		writeFileSync(path, `#!/bin/sh\n${script}`);
		chmodSync(path, 0o755);
		return path;
	}

	/** A git repo with one commit of `count` files of about 1 KB. */
	makeRepo(name, count) {
		const repo = this.makeFolder(name);
		for (let i = 0; i < count; i++) {
			const folder = join(repo, `part-${Math.floor(i / FILES_IN_FOLDER)}`);
			if (i % FILES_IN_FOLDER === 0) mkdirSync(folder);
			writeFileSync(join(folder, `file-${i}.txt`), `file ${i}\n`.repeat(90));
		}
		this.git(repo, 'init', '-q', '-b', 'main');
		this.git(repo, 'add', '-A');
		this.git(
			repo,
			'-c',
			'user.name=bench',
			'-c',
			'user.email=bench@localhost',
			'commit',
			'--allow-empty',
			'-q',
			'-m',
			'files',
		);
		return repo;
	}

	git(repo, ...args) {
		const { status, stderr } = spawnSync('git', args, { cwd: repo, env: this.env, encoding: 'utf8' });
		if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
	}
}

/** Paths of the first `count` files of a repo made by `makeRepo`. */
export function repoFiles(count) {
	return Array.from({ length: count }, (_, i) => `part-${Math.floor(i / FILES_IN_FOLDER)}/file-${i}.txt`);
}
