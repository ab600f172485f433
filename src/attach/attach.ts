/**
 * An agent's own TUI in the foreground, inside a session. It runs on a terminal of ours, its bytes go to the user unchanged, and what
 * happens in it is read from its own transcripts while it runs. When the user comes back, it is ended with all that it started.
 */
import type { AgentId } from '../agents/agent-adapter.ts';
import { tuiOf } from '../agents/tui/tuis.ts';
import { RelayError } from '../core/errors.ts';
import type { RelayDeps } from '../relay/ports.ts';
import { prepareTui } from '../relay/turn/prepare-tui.ts';
import { withPrivatePath } from '../turns/process/private-files.ts';
import type { AttachEnd } from './attach-contract.ts';
import { type AttachOptions, Visit } from './visit.ts';

/** Throws RelayError `refused` for an agent whose TUI the relay cannot open. `instead`: how it works without, as typed. */
export function requireTui(agent: AgentId, instead: string) {
	const tui = tuiOf(agent);
	if (tui !== null) return tui;
	throw new RelayError(
		'refused',
		`The relay cannot attach the TUI of ${agent} yet; it can those of claude and codex.`,
		{
			hint: `Let it work here: ${instead}`,
		},
	);
}

/** Throws what `prepareTui` and `StartTui` throw; then nothing was started. */
export async function attach(options: AttachOptions, deps: RelayDeps): Promise<AttachEnd> {
	const prepared = await prepareTui(options, deps);
	let id: string | null = null;
	try {
		for (const text of prepared.notices) options.notice(text);
		return await withPrivatePath(
			{ folder: deps.privateFolder, name: 'tui', processes: deps.processes },
			async (statusPath) => {
				const visit = new Visit(options, prepared, deps);
				try {
					return await visit.run(statusPath);
				} finally {
					id = visit.nativeId;
				}
			},
		);
	} finally {
		prepared.use.end(id === null ? null : { agent: options.adapter.id, nativeId: id });
	}
}
