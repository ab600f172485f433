/**
 * What codex's own files say of its TUI: the rollout that one of its processes has open is its conversation (`/new` opens another),
 * and everything that happens is in it 20-60 ms later, the limit with its reset too.
 */
import { readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { objectOrEmpty, objectOrNull, textOrNull } from '../../reading/json-fields.ts';
import { ifReadable } from '../../reading/native-files.ts';
import { NO_MARK, type TuiRecord } from '../../tui/agent-tui.ts';
import { judgeFailedTurn, limitFrom } from '../limits.ts';
import { errorCode, readWindows, spentWindow } from './rollout.ts';

const ROLLOUT = /^rollout-.*-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/;

export const codexTuiRecord: TuiRecord = {
	interrupt: null,
	conversations: async ({ pids }) => [...new Set((await Promise.all([...pids].map(openRollouts))).flat())],
	isBusy: async () => null,
	// With `--no-daemon` nothing outlives it.
	workers: async () => [],
	marks: () => {
		let windows: ReturnType<typeof readWindows> = null;
		return (line, now) => {
			const payload = objectOrEmpty(line.payload);
			if (line.type !== 'event_msg') return NO_MARK;
			if (payload.type === 'token_count') windows = readWindows(objectOrNull(payload.rate_limits)) ?? windows;
			if (payload.type === 'turn_aborted') return { ...NO_MARK, endsTurn: true };
			if (payload.type !== 'task_complete') return NO_MARK;
			const error = objectOrEmpty(payload.error);
			const message = textOrNull(error.message);
			if (message === null) return { ...NO_MARK, endsTurn: true };
			const verdict = judgeFailedTurn(message, errorCode(error.codex_error_info), now);
			if (verdict?.kind !== 'limit') return { endsTurn: true, failed: message, limit: null };
			const spent = verdict.limitKind === 'window' ? spentWindow(windows ?? []) : null;
			const found = spent?.resetAt
				? { resetAt: spent.resetAt, window: spent.name, confidence: 'exact' as const }
				: {};
			return {
				endsTurn: true,
				failed: message,
				limit: { ...limitFrom(verdict, message, 'rollout'), ...found },
			};
		};
	},
};

/** Linux shows what a process has open. */
async function openRollouts(pid: number): Promise<string[]> {
	const folder = `/proc/${pid}/fd`;
	const names = (await ifReadable(() => readdir(folder))) ?? [];
	const links = await Promise.all(names.map((name) => ifReadable(() => readlink(join(folder, name)))));
	return links.flatMap((link) => ROLLOUT.exec(basename(link ?? ''))?.[1] ?? []);
}
