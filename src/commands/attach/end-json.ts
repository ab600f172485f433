import type { AttachEnd } from '../../attach/attach-contract.ts';
import { toIsoOrNull } from '../../core/clock.ts';

export const endToJson = ({ agent, how, exitCode, turns, limit, working, notices }: AttachEnd) => ({
	agent,
	ended: how,
	tui_exit_code: exitCode,
	turns: turns.map(({ turn, status, native_session_id, files }) => ({
		turn,
		status,
		native_session_id,
		files: files.map(({ path }) => path),
	})),
	limit: limit && { kind: limit.kind, window: limit.window, reset_at: toIsoOrNull(limit.resetAt) },
	still_working: working,
	notices,
});
