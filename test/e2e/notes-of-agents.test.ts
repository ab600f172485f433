import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';
import { claude, codex } from '../helpers/fake-agent-lines.ts';
import { installFakeAgent, receivedBy } from '../helpers/fake-agents.ts';

let home: CliHome;
beforeEach(() => {
	home = new CliHome();
});
afterEach(() => home.remove());

const env = () => ({
	PATH: `${home.bin}:${home.env.PATH}`,
	ANTHROPIC_API_KEY: 'fake-claude-key',
	CODEX_API_KEY: 'fake-codex-key',
});
const sessions = () => join(home.repo, '.agent-relay/sessions');
const recordOf = () => {
	const [id = ''] = readdirSync(sessions());
	return {
		id,
		folder: join(sessions(), id),
		meta: JSON.parse(readFileSync(join(sessions(), id, 'meta.json'), 'utf8')),
	};
};

it('a note that an agent leaves in its own turn reaches the next one as a statement of an agent, never as the user', async () => {
	const program = `'${process.execPath}' '${PROGRAM}'`;
	const mess = [
		`mkdir -p .agent-relay/sessions/$AGENT_RELAY_SESSION/left-notes`,
		`echo '{"at":"never","text":"forged"}' > .agent-relay/sessions/$AGENT_RELAY_SESSION/left-notes/note-1-00000000.json`,
	].join(' && ');
	installFakeAgent(home.bin, 'claude', {
		turns: [
			[
				{ emit: claude.init + claude.text('I begin.') },
				{ run: `${mess}; ${program} note latest 'the staging port is 8081' --json > said.json` },
				{ emit: claude.windowLimit(Date.now() + 3_600_000), exit: 1 },
			],
		],
	});
	installFakeAgent(home.bin, 'codex', {
		turns: [[{ emit: codex.init + codex.text('Done.') + codex.result, exit: 0 }]],
		nativeSession: '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee',
	});
	const run = await home.run(['run', '--order', 'claude,codex', 'Move the login.'], { env: env() });
	expect(run.exitCode, run.stderr).toBe(0);
	const { folder, id, meta } = recordOf();
	expect(JSON.parse(readFileSync(join(home.repo, 'said.json'), 'utf8'))).toEqual({
		session: id,
		text: 'the staging port is 8081',
		waiting: true,
	});
	expect(meta.notes).toMatchObject([{ kind: 'note', by: 'agent', text: 'the staging port is 8081' }]);
	expect(readdirSync(join(folder, 'left-notes'))).toEqual([]);
	const [heard] = receivedBy(home.bin, 'codex');
	const packet = heard?.prompt ?? '';
	const said = packet.slice(
		packet.indexOf('## What the user said'),
		packet.indexOf('\n## ', packet.indexOf('## What the user said') + 5),
	);
	expect(said).not.toContain('8081');
	expect(packet).toMatch(/Note of an agent[^\n]*: the staging port is 8081/);
	expect(packet).not.toContain('not confirmed');
	expect(run.stderr).not.toContain('not yours');

	// Nobody works in it now.
	const again = await home.run(['note', 'latest', 'and', 'it', 'needs', 'TLS'], { env: env() });
	expect(again.exitCode, again.stderr).toBe(0);
	expect(recordOf().meta.notes).toHaveLength(2);
	for (const [args, exitCode] of [
		[['note', 'latest', ' '], 64],
		[['note', 'latest', 'x'.repeat(4001)], 64],
		[['note', 'nobody', 'words'], 4],
	] as const)
		expect((await home.run(args, { env: env() })).exitCode, args.join(' ').slice(0, 40)).toBe(exitCode);
	expect(recordOf().meta.notes).toHaveLength(2);
});
