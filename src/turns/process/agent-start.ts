import { devNull } from 'node:os';
import type { AgentCommand, TurnRequest } from '../../agents/agent-adapter.ts';
import type { QuestionDialect } from '../../agents/asking/question.ts';
import { withAdditions } from '../../agents/environment.ts';
import type { ProcessSpec } from '../../terminal/agent-process.ts';
import type { QuestionChannel } from '../questions/question-channel.ts';
import { SocketChannel } from '../questions/socket-channel.ts';
import { StdioChannel } from '../questions/stdio-channel.ts';
import { TelemetryFile } from '../record/telemetry-file.ts';
import type { TurnDeps, TurnSpec } from '../turn-spec.ts';
import { PrivateFiles, preparePrivateFolder, privatePath, privateSocketPath } from './private-files.ts';

/** How the agent asks questions in its turn. */
export interface Asking {
	/** null: it does not ask. */
	channel: QuestionChannel | null;
	address: string | null;
	/** Why it cannot ask, although it otherwise could. */
	problem: string | null;
	traceOfDenied?: QuestionDialect['traceOfDenied'];
}

/** The start of one turn's agent: its command line, its environment, and files that nobody else sees. */
export class AgentStart {
	readonly #spec: TurnSpec;
	readonly asking: Asking;
	readonly #command: AgentCommand;
	readonly #privateFiles: PrivateFiles;
	#telemetry: TelemetryFile | null = null;
	#env: Readonly<Record<string, string>>;

	/** Writes nothing. `promptPath`: where the prompt will be. */
	constructor(spec: TurnSpec, turn: number, promptPath: string, deps: TurnDeps) {
		const { adapter, prompt: text } = spec;
		const { privateFolder, processes, session } = deps;
		this.#spec = spec;
		const request: TurnRequest = {
			...spec.request,
			...(privateFolder === undefined
				? {}
				: { privatePath: privatePath(privateFolder, `${session.id}-${turn}`, processes) }),
			prompt: { path: promptPath, text },
		};
		this.asking = askingBy(adapter.questions?.(request) ?? null, deps);
		const { address } = this.asking;
		this.#command = adapter.command(address === null ? request : { ...request, questionAddress: address });
		this.#privateFiles = new PrivateFiles(adapter.title);
		this.#env = withAdditions(request.env, this.#command.env);
	}

	/** Its stdin stays open. */
	get isLive(): boolean {
		return this.#command.stdin === 'live';
	}

	/** The agent's arguments as the record shows them. */
	get recordedArgs(): readonly string[] {
		return this.#command.recordedArgs ?? this.#command.args;
	}

	/** The agent's whole environment. */
	get env(): Readonly<Record<string, string>> {
		return this.#env;
	}

	/** Opens a file of the turn's own for agents that can report more there; a failure to create it is ignored. */
	openTelemetry(deliver: (chunk: Buffer) => void): void {
		const { telemetry } = this.#command;
		if (telemetry === undefined) return;
		try {
			this.#telemetry = new TelemetryFile(telemetry.path, deliver);
		} catch {
			return;
		}
		this.#env = withAdditions(this.#env, telemetry.env);
	}

	readTelemetry(): void {
		this.#telemetry?.read();
	}

	/** Delivers the rest. Does nothing the second time. */
	closeTelemetry(): void {
		this.#telemetry?.close();
	}

	/** Throws RelayError if the agent must not be started. */
	writePrivateFiles(): void {
		this.#privateFiles.write(this.#command.files ?? []);
	}

	/** Call it right before the agent begins. Throws RelayError if it must not. */
	checkPrivateFiles(): void {
		this.#privateFiles.check();
	}

	removePrivateFiles(): void {
		this.#privateFiles.remove();
	}

	processSpec(files: { promptPath: string; stderrPath: string }, mayBegin: Promise<void>): ProcessSpec {
		const { adapter, executable, request } = this.#spec;
		return {
			executable,
			args: this.#command.args,
			env: this.#env,
			cwd: request.folder,
			promptPath: this.isLive ? null : this.#command.stdin === 'empty' ? devNull : files.promptPath,
			stderrPath: files.stderrPath,
			mayBegin,
			claimsExitCode: (code) => adapter.claimsExitCode?.(code) ?? false,
		};
	}
}

const ASKS_NOTHING: Asking = { channel: null, address: null, problem: null };

/** Opens nothing. */
function askingBy(dialect: QuestionDialect | null, { socketFolders = [], processes }: TurnDeps): Asking {
	if (dialect === null) return ASKS_NOTHING;
	if (dialect.transport === 'stdin')
		return { channel: new StdioChannel(dialect), address: '-', problem: null };
	const [first] = socketFolders;
	if (first === undefined) return { ...ASKS_NOTHING, problem: 'there is no folder for its socket' };
	const address = privateSocketPath(socketFolders, 'ask', processes);
	if (address === null) return { ...ASKS_NOTHING, problem: `the path of ${first} is too long for a socket` };
	const channel = new SocketChannel(address, dialect, () => preparePrivateFolder(address));
	return { channel, address, problem: null, traceOfDenied: dialect.traceOfDenied };
}
