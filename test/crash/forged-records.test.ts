import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RelayError } from '../../src/core/errors.ts';
import type { SessionId } from '../../src/core/ids.ts';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import type { SessionMeta } from '../../src/sessions/session-meta.ts';
import { type BenchRelay, EngineBench } from '../helpers/engine-bench.ts';
import { claude, claudeAnswers, codexAnswers } from '../helpers/fake-agent-lines.ts';
import { HOSTILE_WORDS } from '../helpers/hostile-words.ts';

let bench: EngineBench;
beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

/** A session whose first turn failed, with a record that somebody else wrote into. */
async function forged(change: (meta: SessionMeta) => void): Promise<{ id: SessionId; folder: string }> {
	bench.install('claude', { turns: [[{ emit: claude.init }, { exit: 1 }], claudeAnswers('done')] });
	bench.install('codex', { nativeSession: 'thread-1', turns: [codexAnswers('done')] });
	const relay = await bench.relay({ agent: 'claude' });
	await relay.send('the task');
	const { folder } = relay;
	const { id } = relay.meta();
	await relay.relay.close();
	const path = join(folder, 'meta.json');
	const meta = JSON.parse(readFileSync(path, 'utf8')) as SessionMeta;
	change(meta);
	writeFileSync(path, JSON.stringify(meta));
	return { id: id as SessionId, folder };
}

/** Goes on with it as `run --continue` does; what a user can meet is a RelayError, and that is told. */
async function goOn(id: SessionId): Promise<{ relay: BenchRelay; refused: RelayError | null }> {
	const relay = await bench.relay();
	try {
		await relay.relay.resume(id);
		await relay.relay.continuePending(relay.options);
		return { relay, refused: null };
	} catch (error) {
		if (error instanceof RelayError) return { relay, refused: error };
		throw error;
	}
}

const ownAgent = (meta: SessionMeta) => {
	const known = meta.agents.claude;
	if (known === undefined) throw new Error('no claude');
	return known;
};

/** Every place where a word of the record could reach a command line, a path or a printed command. */
const PLACES: Record<string, (meta: SessionMeta, word: string) => void> = {
	'the native session': (meta, word) => {
		ownAgent(meta).native_session_id = word;
	},
	'the model': (meta, word) => {
		ownAgent(meta).model_asked = word;
	},
	'the worktree': (meta, word) => {
		meta.repo.worktree = word;
		meta.repo.root = word;
	},
	'the folder': (meta, word) => {
		meta.repo.folder = word;
	},
	'an earlier path': (meta, word) => {
		meta.repo.moved_from = [word];
	},
	'the active agent': (meta, word) => {
		meta.active_agent = word;
	},
	'the next agent': (meta, word) => {
		meta.checkpoint = {
			reason: 'switch',
			at: meta.updated_at,
			packet: null,
			next_agent: word,
			reset_at: null,
			pending_prompt: 'the task',
		};
	},
	'the packet': (meta, word) => {
		if (meta.checkpoint) meta.checkpoint.packet = word;
	},
	'the parent': (meta, word) => {
		meta.parent = word;
	},
	'the id': (meta, word) => {
		meta.id = word;
	},
	'the commit': (meta, word) => {
		meta.repo.head = word;
		meta.repo.branch = word;
		meta.repo.worktree = '/nowhere';
	},
};

/** One for each way out: a shell, a command line, a path, a terminal, a buffer. */
const WORDS = [
	'a command substitution',
	'an option',
	'a way up',
	'control bytes',
	'ten thousand letters',
] as const;

describe.each(Object.entries(PLACES))('a record that names as %s', (_, put) => {
	it.each(WORDS.map((name) => [name, HOSTILE_WORDS[name]] as const))(
		'%s brings it nowhere',
		async (_name, word) => {
			const { id, folder } = await forged((meta) => put(meta, word));
			const before = bench.received('claude').length;
			const { relay, refused } = await goOn(id);
			const sent = [...bench.received('claude').slice(before), ...bench.received('codex')];
			for (const { args, cwd } of sent) {
				expect(cwd).toBe(bench.repo);
				// A model may be named by nearly anything, but stays one word, and none that begins like an option.
				const isModel = args[args.indexOf(word) - 1] === '--model' && !word.startsWith('-');
				if (!isModel) expect(args.filter((arg) => arg.includes(word))).toEqual([]);
			}
			if (refused === null) expect(sent).toHaveLength(1);
			const printed = [
				...relay.ofType('notice').map(({ text }) => text),
				refused?.hint ?? '',
				relay.relay.view.nativeResumeCommand(relay.relay.active().agent) ?? '',
			].join('\n');
			expect(printed).not.toMatch(/(?<!')\$\(touch/);
			expect(printed).not.toContain('\u001b');
			expect(existsSync(join(bench.repo, 'pwned'))).toBe(false);
			expect(existsSync(folder)).toBe(true);
		},
	);
});

describe('processes that a record names as left running', () => {
	/** A turn that was cut off here, as its record has it, and a process of the user's that it names. */
	async function cutOff() {
		const { id, folder } = await forged(() => undefined);
		const user = spawn('sleep', ['600'], { stdio: 'ignore' });
		const path = join(folder, 'turns', '001-state.json');
		const state = JSON.parse(readFileSync(path, 'utf8'));
		const processes = createProcessTable();
		const stray = processes.identify(user.pid ?? 0);
		const process_place = processes.place();
		const cut = {
			status: 'running',
			ended_at: null,
			pid: null,
			pid_start: null,
			process_place,
			strays: [stray],
		};
		writeFileSync(path, JSON.stringify({ ...state, ...cut }));
		const ended = new Promise((end) => user.once('exit', (_, signal) => end(signal)));
		return { id, user, ended };
	}

	it('are not ended where no relay of this user began the session, also once it goes on', async () => {
		const { id, user, ended } = await cutOff();
		for (const path of bench.witnessFiles()) rmSync(path);
		const relay = await bench.relay();
		await relay.relay.resume(id, { isAccepted: true });
		expect(relay.relay.view.turns()[0]?.status).not.toBe('running');
		expect(createProcessTable().identify(user.pid ?? 0)).not.toBeNull();
		user.kill('SIGTERM');
		expect(await ended).toBe('SIGTERM');
	});

	it('are ended in a session of the user', async () => {
		const { id, ended } = await cutOff();
		const relay = await bench.relay();
		await relay.relay.resume(id);
		expect(await ended).toBe('SIGKILL');
	});
});

describe('the folder in which a session goes on', () => {
	it('is no folder that only points at the repo, whatever the record says', async () => {
		const evil = join(bench.repo, 'evil');
		mkdirSync(evil);
		writeFileSync(join(evil, '.git'), `gitdir: ${join(bench.repo, '.git')}\n`);
		const { id } = await forged((meta) => {
			meta.repo.worktree = evil;
		});
		const { refused } = await goOn(id);
		expect(refused).toBeNull();
		expect(bench.received('claude').at(-1)?.cwd).toBe(bench.repo);
	});

	it('is a worktree that the repo names, judged anew each time', async () => {
		const linked = join(bench.root, 'linked');
		bench.git('worktree', 'add', '-q', linked);
		const { id } = await forged((meta) => {
			meta.repo.worktree = linked;
		});
		await goOn(id);
		expect(bench.received('claude').at(-1)?.cwd).toBe(linked);
	});

	it('is never printed where a turn names another place', async () => {
		const { id, folder } = await forged(() => undefined);
		const path = join(folder, 'turns', '001-state.json');
		const state = JSON.parse(readFileSync(path, 'utf8'));
		writeFileSync(path, JSON.stringify({ ...state, worktree: bench.home, status: 'completed' }));
		const relay = await bench.relay();
		await relay.relay.resume(id);
		expect(relay.relay.view.nativeResumeCommand(relay.relay.active().agent)).toBeNull();
	});
});
