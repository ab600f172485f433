/** Names of files, branches and worktrees that break out of a line, an option or a terminal where they are not looked at. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostileScene, Vector } from './scene.ts';

const NAMES: Record<string, (scene: HostileScene) => string | Buffer> = {
	'a leading dash': () => '--output=pwned',
	'a short option': () => '-rf',
	'a line break': (scene) => `a\n${scene.fire('name').replaceAll('/', ':')}`,
	'control bytes': () => '\u001b]0;owned\u0007\u001b[2J',
	'characters that turn the text': () => 'a\u202egnp\u2066\u200b',
	'a command substitution': () => '$(touch pwned)',
	'back quotes': () => '`touch pwned`',
	quotes: () => `'"; touch pwned; '`,
	'255 bytes': () => 'n'.repeat(255),
	'bytes that are no UTF-8': () => Buffer.from([0x66, 0xff, 0xfe, 0x80]),
	'the mark of a file to open': () => '@.env',
	'a blank at its end': () => 'name ',
};

const FILES: Vector[] = Object.entries(NAMES).map(([what, name]) => ({
	name: `a file whose name has ${what}`,
	plant: (scene) => {
		for (const folder of [scene.repo, join(scene.repo, 'sub')]) {
			mkdirSync(folder, { recursive: true });
			const made = name(scene);
			const bytes = typeof made === 'string' ? Buffer.from(made) : made;
			writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), bytes]), 'x\n');
		}
	},
}));

const BRANCHES: Vector[] = [
	'x-\u202egnp',
	"it's-$(touch pwned)",
	'`touch pwned`',
	'--force',
	`b${'n'.repeat(200)}`,
	'\u00e9\u0301\u200b',
].map((branch) => ({
	name: `a branch named ${JSON.stringify(branch.slice(0, 30))}`,
	plant: (scene) => {
		scene.cli.git('update-ref', `refs/heads/${branch}`, 'HEAD');
		scene.cli.git('symbolic-ref', 'HEAD', `refs/heads/${branch}`);
	},
}));

const WORKTREES: Vector[] = ['a\nworktree /etc\n', '-rf', '\u001b[31mred', "it's $(touch pwned)"].map(
	(name) => ({
		name: `a linked worktree at ${JSON.stringify(name)}`,
		plant: (scene) => {
			scene.cli.git('worktree', 'add', '-q', '--detach', join(scene.cli.base, 'linked', name));
		},
		cwd: (scene) => join(scene.cli.base, 'linked', name),
	}),
);

const FOLDERS: Vector[] = ['-rf', 'a\nb', '\u001b[31mred', "it's $(touch pwned)", '\u202egnp', ' '].map(
	(name) => ({
		name: `a start in a folder named ${JSON.stringify(name)}`,
		plant: (scene) => void mkdirSync(join(scene.repo, name)),
		cwd: (scene) => join(scene.repo, name),
	}),
);

const DEEP: Vector[] = [
	{
		name: 'folders 500 levels deep',
		plant: (scene) =>
			mkdirSync(join(scene.repo, 'deep', ...Array.from({ length: 500 }, () => 'd')), { recursive: true }),
	},
];

export const NAME_VECTORS: readonly Vector[] = [...FILES, ...BRANCHES, ...WORKTREES, ...FOLDERS, ...DEEP];
