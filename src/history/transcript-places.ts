/** Where the agents of this user keep their transcripts: a profile may have a folder of its own. */
import { existsSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type { AgentAdapter, AgentId } from '../agents/agent-adapter.ts';
import { withAdditions } from '../agents/environment.ts';
import { TRANSCRIPT_FORMATS } from './transcript-formats.ts';
import { fileOf, type TranscriptFormat } from './transcript-items.ts';

type Env = Readonly<Record<string, string>>;

/** The folders of a CLI's transcripts, for each agent that is it, each once; `agent` is the first that has the folder. */
function transcriptFolders(
	format: TranscriptFormat,
	adapters: readonly AgentAdapter[],
	env: Env,
): { folder: string; agent: AgentId }[] {
	const found = new Map<string, AgentId>();
	for (const adapter of adapters) {
		if ((adapter.base ?? adapter.id) !== format.agent) continue;
		for (const folder of format.folders(withAdditions(env, adapter.ownVariables?.(env) ?? {})))
			if (!found.has(folder)) found.set(folder, adapter.id);
	}
	return [...found].map(([folder, agent]) => ({ folder, agent }));
}

/** The agent in whose own folder a CLI's transcript lies; null: it lies elsewhere, where that agent would not find it. */
export function ownerOf(
	path: string,
	cli: AgentId,
	{ adapters, env }: { adapters: readonly AgentAdapter[]; env: Env },
): AgentId | null {
	const format = TRANSCRIPT_FORMATS.find(({ agent }) => agent === cli);
	if (format === undefined) return null;
	const file = realpathSync(fileOf(path));
	const holds = ({ folder }: { folder: string }) =>
		existsSync(folder) && file.startsWith(realpathSync(folder) + sep);
	return transcriptFolders(format, adapters, env).find(holds)?.agent ?? null;
}
