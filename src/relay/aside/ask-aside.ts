/**
 * One question to one agent beside every conversation: a read-only turn in an empty folder, without the relay's tools, which leaves no
 * session behind. What it reports of limits and logins is remembered as that of any turn.
 */
import { join } from 'node:path';
import type { AgentEvent } from '../../agents/events.ts';
import { isSystemError, RelayError } from '../../core/errors.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { createSessionIds } from '../../core/ids.ts';
import type { RepoFacts } from '../../git/repo-facts.ts';
import { ASIDE_FOLDER } from '../../sessions/files/session-paths.ts';
import { createSessionStore, type SessionStore } from '../../sessions/store/session-store.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { createWitnesses } from '../../sessions/witness/witness.ts';
import { withPrivatePath } from '../../turns/process/private-files.ts';
import { spokenMessages } from '../../turns/spoken-text.ts';
import { agentFacts } from '../agents/agent-facts.ts';
import type { AgentChoice } from '../conversation-contract.ts';
import { oneTurn } from '../one-turn.ts';
import { type Ports, type RelayDeps, withPolicy } from '../ports.ts';
import { turnSpec } from '../turn/prepare-turn.ts';

export interface AsideQuestion {
	choice: AgentChoice;
	prompt: string;
	timeoutMs: number;
	signal: AbortSignal;
}

/** `why`: there is no answer, as the end of a sentence. */
export type AsideAnswer = { text: string } | { why: string };

/** Never rejects for what an agent, a limit or the disk does. */
export async function askAside(question: AsideQuestion, ports: Ports): Promise<AsideAnswer> {
	const { choice, signal } = question;
	const deps = withPolicy(ports);
	try {
		const adapter = deps.registry.find(choice.agent);
		if (signal.aborted) return { why: 'it was stopped' };
		if (agentFacts(adapter, { isNamed: true }, deps).limitOf(choice.model) !== null)
			return { why: 'it is limited' };
		const place = { folder: deps.privateFolder, name: 'aside', processes: deps.processes };
		return await withPrivatePath(place, (path) => answerIn(path, question, deps));
	} catch (error) {
		if (error instanceof RelayError || isSystemError(error)) return { why: error.message };
		throw error;
	}
}

async function answerIn(
	path: string,
	{ choice, prompt, timeoutMs, signal }: AsideQuestion,
	ports: RelayDeps,
): Promise<AsideAnswer> {
	const folder = join(path, ASIDE_FOLDER);
	ensureFolder(folder);
	const repo: RepoFacts = {
		...{ kind: 'none', root: folder, worktree: folder, folder },
		...{ commonDir: null, gitDir: null, branch: null, head: null },
	};
	const { toolServer: _, ...own } = ports;
	// Nothing in an empty folder of ours has to be trusted.
	const deps = { ...own, repo, store: storeIn(path, repo, ports), runningAgents: UNNOTED, isTrusted: true };
	const adapter = deps.registry.find(choice.agent);
	const session = deps.store.create({ kind: 'run' });
	try {
		const plan = {
			session,
			adapter,
			model: choice.model,
			permissions: 'read-only',
			trigger: 'user',
		} as const;
		const made = { prompt: adapter.inert(prompt), userPrompt: null, packet: null, standing: NEW };
		const spec = turnSpec({ ...plan, before: null, mayAsk: false }, deps, made);
		const events: AgentEvent[] = [];
		const { state } = await oneTurn({ session, spec, snapshots: null, timeoutMs }, deps, {
			signal,
			hardSignal: signal,
			onEvent: (event) => {
				if (event.type === 'agent_event') events.push(event.event);
			},
			warnedWindows: new Set(),
		});
		const text = spokenMessages(events).at(-1);
		if (state.status !== 'completed') return { why: whyNot(state, timeoutMs) };
		return text === undefined ? { why: 'it said nothing' } : { text };
	} finally {
		await session.settled();
		session.release();
	}
}

/** Records that go with the folder. */
function storeIn(path: string, repo: RepoFacts, { clock, processes }: RelayDeps): SessionStore {
	return createSessionStore({
		location: {
			...{ folder: join(path, 'records'), repo, isElsewhere: true, others: [], kept: join(path, 'kept') },
			...{ configFile: join(path, 'config.toml'), notice: null },
		},
		clock,
		ids: createSessionIds(() => clock.now()),
		processes,
		relayVersion: '',
		witnesses: createWitnesses(join(path, 'witness'), clock),
	});
}

const NEW = {
	...{ nativeSessionId: null, left: null, lastTurn: null, plan: null, totals: null },
	needsPacket: false,
};

/** Nobody resumes it, so nobody has to know of one that outlives its relay. */
const UNNOTED: RelayDeps['runningAgents'] = { began: () => () => undefined, survivors: () => [] };

function whyNot({ status, error }: TurnState, timeoutMs: number): string {
	switch (status) {
		case 'limited':
			return 'it met a limit';
		case 'timed_out':
			return `it took longer than ${timeoutMs / 1000} s`;
		case 'cancelled':
			return 'it was stopped';
		default:
			return error?.message ?? 'it failed';
	}
}
