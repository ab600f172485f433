/** A home and a repo, copied from one in which relays have worked, for vectors to plant their attacks in. */
import {
	chmodSync,
	cpSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CliHome } from '../cli-home.ts';
import { claudeAnswers, claudeLimited } from '../fake-agent-lines.ts';
import { installFakeAgent } from '../fake-agents.ts';
import { fingerprint } from '../scratch-repo.ts';

/** An agent that is not logged in is never chosen. */
const LOGIN = { CLAUDE_CODE_OAUTH_TOKEN: 'mock' };
const SECRET = 'zebra-quartz-7719';

/** Ids of what is on record in the repo. */
export interface Recorded {
	/** This user's: nothing is done to it. */
	healthy: string;
	/** This user's, with work left: an agent at work may have changed its records. */
	own: string;
	/** Another home's, so as good as planted: with work left, and a race that ended. */
	planted: string;
	plantedRace: string;
	plantedChat: string;
}

/** What one vector plants, and how it is known that the attack would have an effect. */
export interface Vector {
	/** Says what lies where; unique. */
	name: string;
	plant(scene: HostileScene): void;
	/** Variables that the relay inherits. */
	env?(scene: HostileScene): Record<string, string>;
	/** Where the relay is started; the checkout where it says nothing. */
	cwd?(scene: HostileScene): string;
	/** Does what the attack waits for, as a program that does not look would: the canary must fire. */
	control?(scene: HostileScene): void;
	/** It makes git or all records of the repo unreadable, so that no session of it can be read. */
	isOfWholeRepo?: boolean;
	/** Programs that ask git about the repo wait for ever. */
	makesGitWait?: boolean;
}

/** The one in which relays have worked: made once, copied for each round. */
export interface Mold {
	cli: CliHome;
	ids: Recorded;
}

export async function makeMold(): Promise<Mold> {
	const cli = new CliHome();
	const own = { ...LOGIN, PATH: cli.bin };
	const other = {
		...own,
		XDG_STATE_HOME: join(cli.base, 'other/state'),
		XDG_DATA_HOME: join(cli.base, 'other/data'),
	};
	installFakeAgent(cli.bin, 'claude', { turns: [claudeLimited(Date.now() + 7_200_000)] });
	const begin = async (env: Record<string, string>, ...args: string[]) => {
		const before = new Set(sessionsOf(cli));
		const run = await cli.run(args, { env });
		const made = sessionsOf(cli).filter((id) => !before.has(id));
		const [first] = made;
		if (first === undefined) throw new Error(`${args.join(' ')} made no session: ${run.stderr}`);
		return first;
	};
	const planted = await begin(other, 'run', '--order', 'claude', 'Tidy up.');
	const race = ['race', 'Greet.', '-A', 'demo-sprinter,demo-closer', '--check', 'true'];
	const plantedRace = await begin(other, ...race);
	const plantedChat = await begin(other, 'chat', 'Is it good?', '-A', 'demo-sprinter,demo-closer', '-n', '2');
	const healthy = await begin(own, 'run', '-a', 'demo-closer', 'Say what you are.');
	const left = await begin(own, 'run', '--order', 'claude', 'Mend it.');
	for (const name of readdirSync(join(cli.base, 'other')))
		rmSync(join(cli.base, 'other', name), { recursive: true });
	rmSync(join(cli.home, '.local/state/agent-relay/limits.json'), { force: true });
	return { cli, ids: { healthy, own: left, planted, plantedRace, plantedChat } };
}

const sessionsOf = ({ repo }: CliHome): string[] => {
	const folder = join(repo, '.agent-relay/sessions');
	return existsSync(folder)
		? readdirSync(folder)
				.filter((name) => name.length === 26)
				.sort()
		: [];
};

export class HostileScene {
	readonly cli = new CliHome();
	readonly ids: Recorded;
	/** Not the repo's and not the relay's: nothing here may change or be shown. */
	readonly outside = join(this.cli.base, 'outside');
	readonly canaries = join(this.cli.base, 'canaries');
	readonly secret = SECRET;
	/** A process of the user's. */
	readonly bystander: { pid: number; start: string };

	constructor(mold: Mold, bystander: HostileScene['bystander']) {
		this.ids = mold.ids;
		this.bystander = bystander;
		const { cli } = this;
		rmSync(cli.repo, { recursive: true });
		for (const part of ['repo', 'home/.local'])
			cpSync(join(mold.cli.base, part), join(cli.base, part), { recursive: true, verbatimSymlinks: true });
		for (const part of ['repo/.agent-relay', 'repo/.git/worktrees', 'home/.local'])
			renameWithin(join(cli.base, part), mold.cli.base, cli.base);
		mkdirSync(this.canaries);
		mkdirSync(join(this.outside, 'folder'), { recursive: true });
		writeFileSync(join(this.outside, 'secret'), `${SECRET}\n`);
		writeFileSync(join(this.outside, 'folder/notes.txt'), `${SECRET}\n`);
	}

	get repo(): string {
		return this.cli.repo;
	}

	get stateHome(): string {
		return join(this.cli.home, '.local/state/agent-relay');
	}

	session(id: keyof Recorded): string {
		return join(this.repo, '.agent-relay/sessions', this.ids[id]);
	}

	/** Shell words without any program that leave proof that a shell read them. */
	fire(name: string): string {
		return `:>'${this.canaries}/${name}'`;
	}

	fired(): string[] {
		return readdirSync(this.canaries).sort();
	}

	program(path: string, canary: string, then = 'exit 0'): string {
		this.cli.write(path, `#!/bin/sh\n${this.fire(canary)}\n${then}\n`);
		const full = join(this.repo, path);
		chmodSync(full, 0o755);
		return full;
	}

	write(path: string, text: string): void {
		const full = join(this.repo, path);
		mkdirSync(dirname(full), { recursive: true });
		writeFileSync(full, text);
	}

	/** Changes one JSON record of a session. */
	record(id: keyof Recorded, path: string, change: (record: Record<string, never>) => object): void {
		const full = join(this.session(id), path);
		writeFileSync(full, JSON.stringify(change(JSON.parse(readFileSync(full, 'utf8')))));
	}

	/** A claude that answers; with `looks` it also asks git about the repo, and obeys the repo's settings unless told not to. */
	installClaude({ looks }: { looks: boolean }): void {
		const obey =
			'case " $* " in *" --setting-sources user "*) ;; *) [ ! -f .claude/hook.sh ] || sh .claude/hook.sh;; esac';
		installFakeAgent(this.cli.bin, 'claude', {
			turns: [
				looks
					? [{ run: 'git status --short >/dev/null 2>&1; touch-up 2>/dev/null; :' }, ...claudeAnswers('done')]
					: claudeAnswers('done'),
			],
		});
		if (!looks) return;
		const path = join(this.cli.bin, 'claude');
		const [first = '', ...rest] = readFileSync(path, 'utf8').split('\n');
		writeFileSync(path, [first, obey, ...rest].join('\n'), { mode: 0o755 });
	}

	/** Kinds, modes, times and bytes of all that is neither the repo's nor where the relay keeps its own. */
	around(): Record<string, string> {
		const { base, home } = this.cli;
		const beside = readdirSync(base).filter((name) => !['home', 'repo', 'bin', 'canaries'].includes(name));
		const own = readdirSync(home).filter((name) => !['.local', '.cache', '.agent-relay-demo'].includes(name));
		const places = [...beside.map((name) => join(base, name)), ...own.map((name) => join(home, name))];
		const found: Record<string, string> = {};
		for (const place of places) {
			const facts = lstatSync(place);
			found[place] = `${facts.mode} ${facts.mtimeMs}`;
			if (!facts.isDirectory()) continue;
			for (const [path, what] of Object.entries(fingerprint(place))) found[join(place, path)] = what;
		}
		return found;
	}

	/** What of git's own files starts programs or hides files: nothing that the relay ever writes. */
	gitFiles(): string[] {
		return ['config', 'hooks', 'info/exclude', 'info/attributes'].map((name) => {
			const facts = lstatSync(join(this.repo, '.git', name), { throwIfNoEntry: false });
			return `${name} ${facts?.mode} ${facts?.size} ${facts?.mtimeMs}`;
		});
	}

	remove(): void {
		this.cli.remove();
	}
}

export const envOf = (scene: HostileScene) => ({ ...LOGIN, PATH: scene.cli.bin });

function renameWithin(folder: string, from: string, to: string): void {
	if (!existsSync(folder)) return;
	for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile() || !/(?:\.jsonl?|\.md|^gitdir)$/.test(entry.name)) continue;
		const path = join(entry.parentPath, entry.name);
		const text = readFileSync(path, 'utf8');
		if (text.includes(from)) writeFileSync(path, text.replaceAll(from, to));
	}
}
