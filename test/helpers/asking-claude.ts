import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliHome } from './cli-home.ts';
import { wholeLines } from './whole-lines.ts';

/** Runs in its own process: claude's stream, and its `PermissionRequest` hook where it was given one. */
const AGENT = `#!/usr/bin/env node
const { spawn, execSync } = require('node:child_process');
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
if (process.argv[2] === '--version') { console.log('2.1.332 (Claude Code)'); process.exit(0); }
const home = process.env.HOME;
const say = (event) => console.log(JSON.stringify({ session_id, ...event }));
const at = process.argv.findIndex((one) => one === '--session-id' || one === '--resume');
const session_id = process.argv[at + 1];
const settings = JSON.parse(process.argv[process.argv.indexOf('--settings') + 1] ?? '{}');
const hook = settings.hooks?.PermissionRequest?.[0].hooks[0].command;
const ask = (command, at) => new Promise((done) => {
	if (hook === undefined) return done({ behavior: 'deny', message: 'nobody was asked' });
	const child = spawn('/bin/sh', ['-c', hook], { stdio: ['pipe', 'pipe', 'ignore'] });
	let out = '';
	child.stdout.on('data', (chunk) => { out += chunk; });
	child.on('close', () => { try { done(JSON.parse(out).hookSpecificOutput.decision); } catch { done({ behavior: 'deny', message: 'no answer' }); } });
	child.stdin.end(JSON.stringify({ session_id: 's', cwd: process.cwd(), hook_event_name: 'PermissionRequest', tool_name: 'Bash', tool_input: { command, description: 'To see.' } }));
});
const until = async (name) => { while (!existsSync(home + '/' + name)) await new Promise((wake) => setTimeout(wake, 20)); };
(async () => {
	say({ type: 'system', subtype: 'init', model: 'm', tools: [], mcp_servers: [] });
	const commands = JSON.parse(readFileSync(home + '/commands.json', 'utf8'));
	for (const [at, command] of commands.entries()) {
		if (command.startsWith('wait ')) { await until(command.slice(5)); continue; }
		if (command.startsWith('tty ')) { execSync("printf 'PIN: ' >/dev/tty; read -r pin </dev/tty && printf %s \\"$pin\\" >" + home + '/pin', { shell: '/bin/bash' }); continue; }
		const id = 't' + at;
		say({ type: 'assistant', message: { id: 'm' + at, role: 'assistant', model: 'm', content: [{ type: 'tool_use', id, name: 'Bash', input: { command } }] } });
		const decision = await ask(command, at);
		const isAllowed = decision.behavior === 'allow';
		appendFileSync(home + '/decided', JSON.stringify([command, decision.behavior, decision.message ?? null]) + '\\n');
		say({ type: 'user', message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: isAllowed ? 'done' : decision.message, is_error: !isAllowed }] } });
	}
	say({ type: 'assistant', message: { id: 'end', role: 'assistant', model: 'm', content: [{ type: 'text', text: 'That is all.' }] } });
	say({ type: 'result', subtype: 'success', is_error: false, result: 'That is all.', num_turns: 1, usage: {} });
})();
`;

/** A claude that asks before each command, in a home of its own. `wait NAME` waits for a file there, `tty` asks on the terminal. */
export class AskingClaude {
	readonly #cli: CliHome;

	constructor(cli: CliHome, commands: readonly string[], config = '') {
		this.#cli = cli;
		const agent = join(cli.home, 'claude');
		writeFileSync(agent, AGENT, { mode: 0o755 });
		writeFileSync(join(cli.home, 'commands.json'), JSON.stringify(commands));
		// The path of a socket in the home would be too long.
		mkdirSync(join(cli.base, 'r'), { mode: 0o700 });
		cli.configure(`[agents]\norder = ["claude"]\n[agents.claude]\nexecutable = "${agent}"\n${config}`);
	}

	get env(): Record<string, string> {
		return {
			...this.#cli.env,
			TERM: 'xterm-256color',
			ANTHROPIC_API_KEY: 'not-a-key',
			XDG_RUNTIME_DIR: join(this.#cli.base, 'r'),
		};
	}

	/** Each command with its decision, and what the model was told along with a no. */
	decided(): unknown[] {
		return wholeLines(join(this.#cli.home, 'decided')).map((line) => JSON.parse(line));
	}

	goOn(name: string): void {
		writeFileSync(join(this.#cli.home, name), '');
	}

	/** A file of the home. */
	read(name: string): string | null {
		const path = join(this.#cli.home, name);
		return existsSync(path) ? readFileSync(path, 'utf8') : null;
	}
}
