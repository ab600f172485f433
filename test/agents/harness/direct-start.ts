/** A CLI started as the relay would start it for a turn that asks, with a socket that answers: for what no shell can bring about. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { AgentAdapter, AgentCommand, TurnRequest } from '../../../src/agents/agent-adapter.ts';
import { withAdditions } from '../../../src/agents/environment.ts';
import { fakeTurnRequest } from '../../helpers/fake-turn-request.ts';
import type { Scene } from './scene.ts';

export interface DirectRun {
	exitCode: number | null;
	stdout: string;
	stderr: string;
	/** What was asked for, as it came. */
	questions: Array<{ dialect: string; hook: Record<string, unknown> }>;
}

export interface DirectStart {
	adapter: AgentAdapter;
	request?: Partial<TurnRequest>;
	/** Changes the command before it starts. */
	change?: (command: AgentCommand) => AgentCommand;
	/** The line that answers; null: none comes. Default: allows. */
	answer?: (hook: Record<string, unknown>) => string | null;
}

export async function startDirectly(
	scene: Scene,
	{ adapter, request, change = (command) => command, answer = () => '{"decision":"allow"}' }: DirectStart,
): Promise<DirectRun> {
	const folder = join(scene.home, 'ask');
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const address = join(folder, 'socket');
	const questions: DirectRun['questions'] = [];
	const server = createServer((socket) => {
		let text = '';
		socket.on('error', () => undefined);
		socket.on('data', (chunk) => {
			text += chunk;
			if (!text.includes('\n')) return;
			const question = JSON.parse(text);
			questions.push(question);
			const line = answer(question.hook);
			if (line !== null) socket.end(`${line}\n`);
		});
	});
	await new Promise<void>((done) => server.listen(address, done));
	const turn = fakeTurnRequest({
		folder: scene.repo,
		worktree: scene.repo,
		env: scene.env,
		mayAsk: true,
		questionAddress: address,
		...request,
	});
	const command = change(adapter.command(turn));
	try {
		return { ...(await run(command, turn)), questions };
	} finally {
		await new Promise<void>((done) => server.close(() => done()));
	}
}

function run(command: AgentCommand, { env, folder }: TurnRequest): Promise<Omit<DirectRun, 'questions'>> {
	const child = spawn(command.executable, command.args, {
		cwd: folder,
		env: withAdditions(env, command.env),
	});
	let stdout = '';
	let stderr = '';
	child.stdout.on('data', (chunk) => {
		stdout += chunk;
	});
	child.stderr.on('data', (chunk) => {
		stderr += chunk;
	});
	child.stdin.on('error', () => undefined);
	child.stdin.end('Make the file\n');
	return new Promise((done, fail) => {
		child.once('error', fail);
		child.once('close', (exitCode) => done({ exitCode, stdout, stderr }));
	});
}
