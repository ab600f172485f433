/** Links, pipes, sockets, devices, folders, empty and huge files in place of what the relay or git reads or writes. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HostileScene, Recorded, Vector } from './scene.ts';

/** What stands at a path in place of what belongs there. */
const ODD: Record<string, (path: string, scene: HostileScene) => void> = {
	'a link to a file': (path, { outside }) => symlinkSync(join(outside, 'secret'), path),
	'a link to a folder': (path, { outside }) => symlinkSync(join(outside, 'folder'), path),
	'a link to nothing': (path, { outside }) => symlinkSync(join(outside, 'made-through-a-link'), path),
	'a link to itself': (path) => symlinkSync(path, path),
	'a pipe': (path) => void execFileSync('mkfifo', [path]),
	'a socket': (path) => void execFileSync(process.execPath, ['-e', LISTEN, path]),
	'a device': (path) => symlinkSync('/dev/zero', path),
	'a folder': (path) => void mkdirSync(join(path, 'sub'), { recursive: true }),
	'an empty file': (path) => writeFileSync(path, ''),
	'a file of noise': (path) =>
		writeFileSync(path, Buffer.from('\u001b]0;owned\u0007{"a":\u0000[[\u202e\n'.repeat(50))),
	'a huge file': (path) => {
		writeFileSync(path, '');
		truncateSync(path, 3 * 2 ** 30);
	},
};

/** The socket stays when its process is gone. */
const LISTEN = 'require("node:net").createServer().listen(process.argv[1], () => process.exit())';

function put(path: string, kind: string, scene: HostileScene): void {
	rmSync(path, { recursive: true, force: true });
	mkdirSync(dirname(path), { recursive: true });
	// A path of a socket has 108 bytes.
	const beside = join(scene.cli.base, 'odd');
	ODD[kind]?.(kind === 'a socket' ? beside : path, scene);
	if (kind === 'a socket') renameSync(beside, path);
}

const IN_SESSION = [
	'',
	'lock',
	'meta.json',
	'turns',
	'resume',
	'turns/001-prompt.md',
	'turns/001-state.json',
	'turns/001-raw.jsonl',
	'turns/001-events.jsonl',
	'turns/001-output.md',
	'turns/001-stderr.log',
];
const IN_RACE = ['race.json', 'race', 'adopt', 'adopt/journal.json'];
const STORE = [
	'.agent-relay',
	'.agent-relay/sessions',
	'.agent-relay/.gitignore',
	'.agent-relay/config.toml',
];
const OF_GIT = [
	'.git/HEAD',
	'.git/config',
	'.git/index',
	'.git/packed-refs',
	'.git/refs/heads/main',
	'.git/refs/heads/other',
	'.git/info/exclude',
	'.git/info/attributes',
	'.git/objects/info/alternates',
	'.git/logs/HEAD',
	'.git/shallow',
	'.git/commondir',
	'.git/worktrees',
	'.git/hooks',
	'.gitignore',
	'.gitattributes',
	'.gitmodules',
	'sub/.gitignore',
	'sub/.gitattributes',
	'.claude',
	'.env',
];
/** Folders of the relay in the state home. */
const STATE = [
	'witness',
	'conversations',
	'running',
	'private',
	'kept',
	'snapshots',
	'telemetry',
	'limits.json',
	'trust.json',
	'history',
];

function sessionPlaces(id: keyof Recorded, places: readonly string[]): Vector[] {
	return places.flatMap((place) =>
		Object.keys(ODD).map((kind) => ({
			name: `${kind} in place of ${place || 'the folder'} of the ${id} session`,
			plant: (scene: HostileScene) => put(join(scene.session(id), place), kind, scene),
		})),
	);
}

/** Without these no session of the repo can be read. */
const WHOLE = ['.agent-relay', '.agent-relay/sessions', '.git/HEAD', '.git/config', '.git/commondir'];

function repoPlaces(places: readonly string[]): Vector[] {
	return places.flatMap((place) =>
		Object.keys(ODD).map((kind) => ({
			name: `${kind} in place of ${place}`,
			plant: (scene: HostileScene) => {
				if (place.startsWith('sub/')) scene.write('sub/new.txt', 'new\n');
				put(join(scene.repo, place), kind, scene);
			},
			isOfWholeRepo: WHOLE.includes(place),
			makesGitWait: place.includes('.git'),
		})),
	);
}

const STATE_PLACES: Vector[] = STATE.flatMap((place) =>
	['a link to a folder', 'a link to nothing', 'a pipe', 'a file of noise', 'a folder'].map((kind) => ({
		name: `${kind} in place of ${place} in the state home`,
		plant: (scene: HostileScene) => put(join(scene.stateHome, place), kind, scene),
		// The witness says whose sessions are; without it none is.
		isOfWholeRepo: place === 'witness',
	})),
);

const UNIGNORED: Vector[] = [
	['.agent-relay/.gitignore', ''],
	['.agent-relay/.gitignore', '!*\n'],
	['.gitignore', '!.agent-relay\n!.agent-relay/**\n'],
].map(([path = '', text = '']) => ({
	name: `${path} that lets records into commits: ${JSON.stringify(text)}`,
	plant: (scene: HostileScene) => {
		scene.write(path, text);
		if (existsSync(join(scene.repo, path))) scene.cli.git('add', '-f', path);
	},
}));

export const PLACE_VECTORS: readonly Vector[] = [
	...sessionPlaces('own', IN_SESSION),
	...sessionPlaces('planted', IN_SESSION),
	...sessionPlaces('plantedRace', [...IN_SESSION, ...IN_RACE]),
	...sessionPlaces('plantedChat', IN_SESSION),
	...repoPlaces(STORE),
	...repoPlaces(OF_GIT),
	...STATE_PLACES,
	...UNIGNORED,
];
