import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliHome } from './cli-home.ts';

/** A conversation of claude that it held by itself, in the repo. */
export function writeClaudeTranscript(
	{ env, repo }: Pick<CliHome, 'env' | 'repo'>,
	id: string,
	[asked, answered]: [string, string],
): void {
	const folder = join(env.HOME ?? '', '.claude/projects/-w');
	mkdirSync(folder, { recursive: true });
	const line = (uuid: string, parentUuid: string | null, type: string, message: object) =>
		JSON.stringify({
			...{
				uuid,
				parentUuid,
				type,
				message,
				isSidechain: false,
				sessionId: id,
				cwd: repo,
				userType: 'external',
			},
			...{ version: '2.0.0', timestamp: '2026-01-01T10:00:00.000Z' },
		});
	const lines = [
		line(`${id}-1`, null, 'user', { role: 'user', content: asked }),
		line(`${id}-2`, `${id}-1`, 'assistant', {
			...{ id: 'm', role: 'assistant', model: 'claude-x', stop_reason: 'end_turn' },
			content: [{ type: 'text', text: answered }],
		}),
	];
	writeFileSync(join(folder, `${id}.jsonl`), `${lines.join('\n')}\n`);
}
