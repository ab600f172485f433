/**
 * Two agents that make the whole product work with nothing installed. They are real programs under the PTY, scripted and
 * labelled as a demo; each speaks the stream dialect of a real CLI, so that its parser does the reading.
 */
import { join } from 'node:path';
import { packageRoot } from '../../core/files/package-root.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import type { AgentAdapter, AgentParser, TurnRequest } from '../agent-adapter.ts';
import { ClaudeParser } from '../claude/stream-parser.ts';
import { createCodexParser } from '../codex/stream-parser.ts';
import type { AgentEvent, Limit, LimitSource } from '../events.ts';
import type { DemoAgentName } from './jobs.ts';

const NATIVE_ID = /^[0-9A-Za-z][\w.-]{0,127}$/;
const PROGRAM = join(packageRoot(), 'bin/demo-agent.js');

/** @internal For tests: tests name one of the two. */
export const demoSprinterAdapter: AgentAdapter = {
	...sharedBy('sprinter'),
	title: 'Demo sprinter (scripted)',
	aliases: ['sprinter'],
	choosesSessionId: true,
	parser: (context) => relabelled(new ClaudeParser(context), 'claude', 'demo-sprinter'),
};

/** @internal For tests: tests name one of the two. */
export const demoCloserAdapter: AgentAdapter = {
	...sharedBy('closer'),
	title: 'Demo closer (scripted)',
	aliases: ['closer'],
	choosesSessionId: true,
	parser: (context) => relabelled(createCodexParser(context), 'codex', 'demo-closer'),
};

/** In the order in which the demo uses them. */
export const DEMO_ADAPTERS: readonly AgentAdapter[] = [demoSprinterAdapter, demoCloserAdapter];

function sharedBy(
	agent: DemoAgentName,
): Omit<AgentAdapter, 'title' | 'aliases' | 'choosesSessionId' | 'parser'> {
	return {
		id: `demo-${agent}`,
		executables: [PROGRAM],
		install: 'comes with agent-relay',
		isDemo: true,
		secretVariables: [],
		sharedVariables: [],
		command: (turn) => ({ executable: PROGRAM, args: argsOf(agent, turn), env: {} }),
		inert: (text) => text,
		isNativeId: (id) => NATIVE_ID.test(id),
		resumeHint: (id) => `${quoteForShell(PROGRAM)} ${agent} --resume ${quoteForShell(id)}`,
		probeLogin: () => ({
			loggedIn: 'yes',
			evidence: 'a demo agent needs no login',
			account: 'default',
			advice: 'nothing to do',
		}),
		parseVersion: (output) => /^demo-agent (\d+\.\d+\.\d+\S*)/m.exec(output)?.[1] ?? null,
	};
}

function argsOf(agent: DemoAgentName, { permissions, nativeSessionId, resume }: TurnRequest): string[] {
	const session =
		nativeSessionId === null ? [] : [`--${resume ? 'resume' : 'session-id'}=${nativeSessionId}`];
	return [agent, `--permissions=${permissions}`, ...session];
}

/** The parser of a real CLI, with the evidence under the demo agent's own name. */
function relabelled(parser: AgentParser, from: string, to: string): AgentParser {
	const relabel = (source: LimitSource): LimitSource => ({
		...source,
		rule: source.rule.replace(new RegExp(`^${from}:`), `${to}:`),
	});
	const limitOf = (limit: Limit): Limit => ({ ...limit, source: relabel(limit.source) });
	const eventOf = (event: AgentEvent): AgentEvent => {
		if (event.type === 'limit') return { ...event, limit: limitOf(event.limit) };
		return event.type === 'retry' ? { ...event, source: relabel(event.source) } : event;
	};
	return {
		push: (chunk) => parser.push(chunk).map(eventOf),
		stderr: (chunk) => parser.stderr(chunk).map(eventOf),
		end(exit, native) {
			const { events, turn } = parser.end(exit, native);
			const limit = turn.limit === null ? null : limitOf(turn.limit);
			return { events: events.map(eventOf), turn: { ...turn, limit } };
		},
	};
}
