import { devNull } from 'node:os';
import type { AgentCommand } from '../../agents/contract.ts';
import { withAdditions } from '../../agents/environment.ts';
import type { ProcessSpec } from '../../terminal/agent-process.ts';
import { TelemetryFile } from '../record/telemetry-file.ts';
import type { TurnDeps, TurnSpec } from '../turn-spec.ts';
import { PrivateFiles, privatePath } from './private-files.ts';

/** What the agent of one turn is started with: its command line, its environment, and files that nobody else sees. */
export class AgentStart {
	readonly #spec: TurnSpec;
	readonly #command: AgentCommand;
	readonly #privateFiles: PrivateFiles;
	#telemetry: TelemetryFile | null = null;
	#env: Readonly<Record<string, string>>;

	/** Writes nothing. `promptPath`: where the prompt will be. */
	constructor(spec: TurnSpec, turn: number, promptPath: string, deps: TurnDeps) {
		const { adapter, request, prompt: text } = spec;
		const { privateFolder, processes, session } = deps;
		this.#spec = spec;
		this.#command = adapter.command({
			...request,
			...(privateFolder === undefined
				? {}
				: { privatePath: privatePath(privateFolder, `${session.id}-${turn}`, processes) }),
			prompt: { path: promptPath, text },
		});
		this.#privateFiles = new PrivateFiles(adapter.title);
		this.#env = withAdditions(request.env, this.#command.env);
	}

	/** The agent's arguments as the record shows them. */
	get recordedArgs(): readonly string[] {
		return this.#command.recordedArgs ?? this.#command.args;
	}

	/** The agent's whole environment. */
	get env(): Readonly<Record<string, string>> {
		return this.#env;
	}

	/** Where the agent can tell more in a file of its own; a file that cannot be made is not worth a word. */
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

	/** To be called right before the start. Throws RelayError where the agent must not be started. */
	writePrivateFiles(): void {
		this.#privateFiles.write(this.#command.files ?? []);
		this.#privateFiles.check();
	}

	removePrivateFiles(): void {
		this.#privateFiles.remove();
	}

	processSpec(files: { promptPath: string; stderrPath: string }): ProcessSpec {
		const { adapter, executable, request } = this.#spec;
		return {
			executable,
			args: this.#command.args,
			env: this.#env,
			cwd: request.folder,
			promptPath: this.#command.stdin === 'empty' ? devNull : files.promptPath,
			stderrPath: files.stderrPath,
			claimsExitCode: (code) => adapter.claimsExitCode?.(code) ?? false,
		};
	}
}
