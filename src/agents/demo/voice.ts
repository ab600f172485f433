import type { PlanItem } from '../events.ts';

/** What a demo agent really does in its folder. Paths are names in that folder. */
export type DemoTool =
	| { kind: 'read'; path: string }
	| { kind: 'write'; path: string; content: string }
	| { kind: 'edit'; path: string; before: string; after: string }
	/** `args` are given to node. */
	| { kind: 'run'; args: readonly string[] };

export interface DemoToolResult {
	ok: boolean;
	denied: boolean;
	exitCode: number | null;
	output: string;
}

/** Pretend counts: characters divided by four. */
export interface DemoUsage {
	input: number;
	output: number;
}

/** A stream dialect: how a demo agent reports what it does. Every line is one JSON object on stdout. */
export interface DemoVoice {
	start(): void;
	say(text: string): Promise<void>;
	plan(items: readonly PlanItem[]): void;
	toolStarts(id: string, tool: DemoTool): void;
	toolEnds(id: string, tool: DemoTool, result: DemoToolResult): void;
	/** How much of the pretend window is used (0..1); a dialect without such an event says nothing. */
	windowUsed(ratio: number, resetAt: number): void;
	/** The last line of a turn that is complete. `usage`: this turn, `total`: the whole native session. */
	end(usage: DemoUsage, total: DemoUsage): void;
	/** The last lines of a turn that the pretend window ends. `resetAt`: epoch ms. */
	endLimited(resetAt: number): void;
}

/** Where a voice writes: one line, and a pause between pieces of text. */
export interface DemoOutput {
	line(value: Readonly<Record<string, unknown>>): void;
	pause(): Promise<void>;
}

export function commandLine(args: readonly string[]): string {
	return ['node', ...args].join(' ');
}
