import type { AgentId } from '../agents/contract.ts';
import { agentSettings } from '../config/defaults.ts';
import type { Snapshots } from '../git/contract.ts';
import type { OpenSession } from '../sessions/session-store.ts';
import type { TurnDeps } from '../turns/turn-spec.ts';
import type { RelayDeps } from './relay-deps.ts';

/** What a turn of `agent` in `session` stands on. `timeoutMs` null: as configured. */
export function turnDeps(
	{
		session,
		snapshots,
		timeoutMs,
		agent,
	}: { session: OpenSession; snapshots: Snapshots | null; timeoutMs: number | null; agent: AgentId },
	{
		clock,
		startProcess,
		processes,
		estimateCost,
		config,
		knownVersion,
		privateFolder,
		runningAgents,
	}: RelayDeps,
): TurnDeps {
	const { idle_s, timeout_s, linger_s, answer_s, background_s } = config.turn;
	const times = {
		idleMs: idle_s * 1000,
		timeoutMs: timeoutMs ?? timeout_s * 1000,
		lingerMs: linger_s * 1000,
		answerMs: answer_s * 1000,
		backgroundMs: background_s * 1000,
		patienceMs: config.limits.patience_s * 1000,
		silenceMs: agentSettings(config, agent).silence_s * 1000,
	};
	return {
		session,
		clock,
		startProcess,
		processes,
		snapshots,
		estimateCost,
		times,
		knownVersion,
		...(privateFolder === undefined ? {} : { privateFolder }),
		runningAgents,
	};
}
