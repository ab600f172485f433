import { createHash } from 'node:crypto';
import { NO_TOKENS } from '../../agents/events.ts';
import { toIso } from '../../core/clock.ts';
import type { SessionId } from '../../core/ids.ts';
import type { ProcessPlace } from '../../core/processes/process-place.ts';
import { recordedFolder } from '../../git/repo/start-folder.ts';
import { folderOf } from '../../sessions/store/new-meta.ts';
import { TURN_STATE_VERSION, type TurnState } from '../../sessions/turns/turn-state.ts';
import type { TurnSpec } from '../turn-spec.ts';
import { tokensToDisk } from './token-counts.ts';

/** The state on disk before the agent is started: everything known is filled in, the rest is empty. */
export function firstState(
	spec: TurnSpec,
	args: readonly string[],
	where: { sessionId: SessionId; turn: number; startedAt: number; place: ProcessPlace },
): TurnState {
	const { adapter, request } = spec;
	return {
		schema_version: TURN_STATE_VERSION,
		session_id: where.sessionId,
		turn: where.turn,
		agent: adapter.id,
		agent_version: spec.agentVersion,
		model: request.model,
		model_asked: spec.modelAsked ?? null,
		...(spec.account && { account: spec.account }),
		allow_commands: [...request.allowCommands],
		mcp_servers: null,
		native_session_id: request.nativeSessionId,
		status: 'running',
		stop_reason: null,
		trigger: spec.trigger,
		started_at: toIso(where.startedAt),
		ended_at: null,
		duration_ms: null,
		first_output_ms: null,
		exit_code: null,
		signal: null,
		pid: null,
		pid_start: null,
		process_place: { ...where.place },
		strays: [],
		argv: [...args],
		executable: spec.executable,
		worktree: request.worktree,
		...folderOf(recordedFolder(request)),
		permissions: request.permissions,
		resumed: request.resume,
		packet: spec.packet,
		tokens: tokensToDisk(NO_TOKENS),
		cumulative_tokens: null,
		cost_usd: null,
		cost_source: 'none',
		tools: [],
		files: [],
		validation: [],
		plan: (spec.planBefore ?? []).map((item) => ({ ...item })),
		plan_told: false,
		limit: null,
		error: null,
		tree: { before: null, after: null },
		bytes: { raw: 0, output: 0, stderr: 0 },
		user_prompt: spec.userPrompt,
		hashes: { prompt: createHash('sha256').update(spec.prompt).digest('hex'), events: null, output: null },
		utilization: [],
		warnings: [],
		...(spec.pictures && spec.pictures.length > 0 && { pictures: spec.pictures }),
		...(spec.toldOf && spec.toldOf.length > 0 && { told_of: spec.toldOf }),
		...(spec.speaker && { participant: spec.speaker.participant, notes_heard: spec.speaker.notesHeard }),
	};
}
