/** A repo with a session whose turns are played by hand: what an undo stands on, without agents. */
import {
	chmodSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock, toIso } from '../../src/core/clock.ts';
import { createSessionIds, type SessionId } from '../../src/core/ids.ts';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { findRepo } from '../../src/git/repo/find-repo.ts';
import type { Snapshots } from '../../src/git/repo-facts.ts';
import { createSnapshots } from '../../src/git/snapshots/snapshots.ts';
import { locateStore } from '../../src/sessions/files/store-location.ts';
import { createSessionStore } from '../../src/sessions/store/session-store.ts';
import { endTurn } from '../../src/sessions/transitions.ts';
import type { TurnState } from '../../src/sessions/turns/turn-state.ts';
import { createWitnesses } from '../../src/sessions/witness/witness.ts';
import { previewUndo, type UndoRequest, undo } from '../../src/undo/undo.ts';
import type { UndoDeps, UndoPolicy, UndoResult, UndoTarget } from '../../src/undo/undo-contract.ts';
import { withUndoWork } from '../../src/undo/undo-work.ts';
import { fakeTurnState } from './fake-turn-state.ts';
import { createScratch, type Scratch, SNAPSHOT_MS } from './scratch-repo.ts';

/** What comes to stand at a path: content, a program, a link, an empty folder, or null for nothing. */
export type Work = Record<
	string,
	string | Buffer | null | { link: string } | { program: string } | { folder: true }
>;

export interface UndoScene {
	scratch: Scratch;
	repo: string;
	deps: UndoDeps;
	session: SessionId;
	/** Another session of the repo, whose turns `turn` then plays. */
	begin(parent?: SessionId): SessionId;
	/** A turn of the newest session that does this. */
	turn(work: Work | (() => void), change?: Partial<TurnState>): Promise<TurnState>;
	/** What somebody else does to the files. */
	work(work: Work): void;
	undo(target?: UndoTarget, policy?: Partial<UndoPolicy>): Promise<UndoResult>;
	redo(policy?: Partial<UndoPolicy>): Promise<UndoResult>;
	preview(target?: UndoTarget): Promise<UndoResult | null>;
	/** Kind, permissions and bytes of everything in the checkout, by path; git's and our own records left out. */
	checkout(): Record<string, string>;
	/** Bytes of HEAD, the index, refs and the stash. */
	gitState(): string;
	remove(): void;
}

const PLAIN: UndoPolicy = { isPartial: false, isForced: false };

export async function createUndoScene(
	files: Record<string, string | Buffer> = { 'a.txt': 'one\n' },
): Promise<UndoScene> {
	const scratch = createScratch();
	const repo = scratch.repo('main', files);
	const facts = await findRepo(repo, scratch.git);
	// Where the program itself looks, for tests that start it.
	const stateHome = join(scratch.root, 'home/.local/state/agent-relay');
	const processes = createProcessTable();
	const store = createSessionStore({
		location: locateStore(facts, { stateHome }),
		clock: systemClock,
		ids: createSessionIds(systemClock.now),
		processes,
		relayVersion: '0.0.0',
		witnesses: createWitnesses(join(stateHome, 'witness'), systemClock),
	});
	const snapshotsFolder = join(stateHome, 'snapshots');
	const git = scratch.git;
	const snapshots = createSnapshots({
		repo: facts,
		git,
		stateFolder: snapshotsFolder,
		clock: systemClock,
		budgetMs: SNAPSHOT_MS,
	});
	const deps: UndoDeps = { git, repo: facts, store, clock: systemClock, processes, snapshotsFolder };
	const begin = (parent?: SessionId) => {
		const session = store.create({
			kind: 'run',
			objective: 'do it',
			...(parent === undefined ? {} : { parent }),
		});
		session.release();
		return session.id;
	};
	const act = async (request: UndoRequest, policy: Partial<UndoPolicy>) => {
		const session = store.open(scene.session);
		try {
			return await withUndoWork(deps, (work) => undo(session, request, { ...PLAIN, ...policy }, work));
		} finally {
			session.release();
		}
	};
	const scene: UndoScene = {
		scratch,
		repo,
		deps,
		session: begin(),
		begin: (parent) => {
			scene.session = begin(parent);
			return scene.session;
		},
		turn: (work, change = {}) => playTurn(scene, snapshots, work, change),
		work: (work) => doWork(repo, work),
		undo: (target = { kind: 'newest' }, policy = {}) => act({ kind: 'undo', target }, policy),
		redo: (policy = {}) => act({ kind: 'redo' }, policy),
		preview: (target = { kind: 'newest' }) =>
			withUndoWork(deps, (work) => previewUndo(scene.session, { kind: 'undo', target }, work)),
		checkout: () => readCheckout(repo),
		gitState: () =>
			[
				readFileSync(join(repo, '.git/HEAD'), 'utf8'),
				readFileSync(join(repo, '.git/index')).toString('base64'),
				scratch.sh(repo, 'for-each-ref'),
				scratch.sh(repo, 'stash', 'list'),
			].join('\n'),
		remove: scratch.remove,
	};
	return scene;
}

async function playTurn(
	{ deps: { store }, session: id, repo }: UndoScene,
	snapshots: Snapshots,
	work: Work | (() => void),
	change: Partial<TurnState>,
): Promise<TurnState> {
	const startedAt = toIso(systemClock.now());
	const { tree: before } = await snapshots.take();
	if (typeof work === 'function') work();
	else doWork(repo, work);
	const { tree: after, skipped } = await snapshots.take();
	if (before === null || after === null) throw new Error('no snapshot');
	const files = (await snapshots.changes(before, after)).map((one) => ({ ...one }));
	await snapshots.settled();
	const session = store.open(id);
	const state = fakeTurnState({
		session_id: id,
		turn: session.meta.turn_count + 1,
		started_at: startedAt,
		ended_at: toIso(systemClock.now()),
		tree: { before, after, ...(skipped.length === 0 ? {} : { skipped }) },
		files,
		...change,
	});
	session.writeTurnState(state, { sync: true });
	session.apply(endTurn, { state, earlier: session.turns() });
	session.release();
	return state;
}

export function doWork(root: string, work: Work): void {
	for (const [path, content] of Object.entries(work)) {
		const full = join(root, path);
		rmSync(full, { force: true, recursive: true });
		if (content === null) {
			// As `git rm` and most editors' own removal do not: the folder stays.
			continue;
		}
		mkdirSync(dirname(full), { recursive: true });
		if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(full, content);
		else if ('link' in content) symlinkSync(content.link, full);
		else if ('folder' in content) mkdirSync(full);
		else {
			writeFileSync(full, content.program);
			chmodSync(full, 0o755);
		}
	}
}

function readCheckout(repo: string): Record<string, string> {
	const found: Record<string, string> = {};
	const read = (path: string) => {
		const full = join(repo, path);
		const facts = lstatSync(full);
		const mode = (facts.mode & 0o777).toString(8);
		if (facts.isSymbolicLink()) found[path] = `link ${readlinkSync(full)}`;
		else if (facts.isFile()) found[path] = `${mode} ${readFileSync(full).toString('latin1')}`;
		else {
			found[path] = 'folder';
			for (const name of readdirSync(full).sort()) read(`${path}/${name}`);
		}
	};
	for (const name of readdirSync(repo).sort()) if (name !== '.git' && name !== '.agent-relay') read(name);
	return found;
}
