/** Leaves a session to an agent: a packet in the session, and the next prompt goes there. Or gives the packet to somebody else. */
import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { requireExecutable } from '../../relay/agents/require-executable.ts';
import type { AgentChoice, Conversation, SendResult } from '../../relay/conversation-contract.ts';
import { EXIT, exitCodeOfResult } from '../../relay/exit-codes.ts';
import { packetWaitingFor, refuseNothing } from '../../relay/packet/hand-off.ts';
import { type Ports, withPolicy } from '../../relay/ports.ts';
import { findConversation } from '../../relay/resume/find-conversation.ts';
import { noSessionYet } from '../../relay/session-view.ts';
import { resultToJson } from '../../view/result-json.ts';
import { agreeOnOrigin } from '../agree-on-origin.ts';
import type { Body, Result } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { startConversation } from '../conversation-start.ts';
import { type Running, shownTurns } from '../live.ts';
import { LastMessage } from '../run/last-message.ts';
import { adopt } from '../sessions/place-path-refs.ts';
import { type GivenPacket, givePacket, type Ways } from './give-packet.ts';
import { nativeConversation } from './native-conversation.ts';

interface HandoffOptions extends Ways {
	/** null: the latest, which may be one that an agent's hook reported; in the shell the open one. */
	ref: string | null;
	to: string | null;
	run: boolean;
	permissions: PermissionPreset | null;
	timeout: number | null;
	trust: boolean;
	here: boolean;
}

export type HandoffData = { id: SessionId; ownName: string } & (
	| ({ kind: 'given'; to: string | null } & GivenPacket)
	| {
			kind: 'left';
			to: AgentChoice;
			/** Relative to the session's folder. */
			packet: string;
			/** False: it waited there already. */
			isNew: boolean;
			losses: readonly string[];
			/** The shell has it open. */
			isOpen: boolean;
			/** null: nothing was sent. */
			result: SendResult | null;
			/** What the agent said last, where it worked. */
			answer: string | null;
			exitCode: number;
	  }
);

type Left = Extract<HandoffData, { kind: 'left' }>;

export const handoff: Body<HandoffOptions, HandoffData> = {
	async run(context, options) {
		refuseOddMix(options, context);
		const ports = await context.ports({ isTrusted: options.trust, config: [] });
		const to = options.to === null ? null : ports.settings().registry.parse(options.to);
		const id = await sessionOf(options, context);
		refuseNothing(id, ports.store);
		if (to !== null) requireExecutable(to.agent, withPolicy(ports));
		if (context.conversation?.session()?.id !== id) ports.store.refuseLocked(id);
		if (to === null || options.print || options.copy || options.file !== null)
			return given(id, to, options, { context, ports });
		const waiting = packetWaitingFor(to.agent, id, ports.store);
		const asked = { id, to, waiting, options };
		if (waiting !== null && !options.run) return done({ ...leftAs(asked, context), packet: waiting });
		return context.conversation === null
			? leaveNamed(asked, context)
			: leaveOpen(context.conversation, asked, context);
	},
	toJson: (data) => {
		const { id, kind } = data;
		if (kind === 'given') {
			const { to, text, file, copiedBy } = data;
			return { id, to, packet: text, file, copied_by: copiedBy };
		}
		const { to, packet, isNew, losses, result, answer, exitCode } = data;
		const left = { id, to: to.agent, model: to.model, packet, is_new: isNew, losses };
		return result === null ? left : { ...resultToJson(result, exitCode, answer), ...left };
	},
};

/** Throws RelayError `usage`. */
function refuseOddMix({ to, run, print, copy, file }: HandoffOptions, { called }: CommandContext): void {
	const ways = [print && '--print', copy && '--copy', file !== null && '--file'].filter(
		(way) => way !== false,
	);
	if (run && ways.length > 0)
		throw new RelayError('usage', `--run sends the packet, and ${ways.join(' and ')} only gives it away.`, {
			hint: 'Give one of them.',
		});
	if (to !== null || ways.length > 0) return;
	throw new RelayError('usage', 'To which agent?', {
		hint: `For example: ${called('handoff')} --to codex, or for pasting elsewhere: ${called('handoff')} --print`,
	});
}

async function sessionOf(options: HandoffOptions, context: CommandContext): Promise<SessionId> {
	const { conversation, store } = context;
	const { ref } = options;
	if (conversation === null) {
		const native = ref === null ? await nativeConversation(context) : null;
		return native === null
			? findConversation(ref ?? 'latest', await store()).id
			: adopt(native, options, context);
	}
	const open = conversation.session();
	if (open === null) throw noSessionYet();
	return open.id;
}

async function given(
	id: SessionId,
	to: AgentChoice | null,
	options: HandoffOptions,
	{ context, ports }: { context: CommandContext; ports: Ports },
): Promise<Result<HandoffData>> {
	const packet = await givePacket(id, to, options, { context, ports });
	const data = { kind: 'given' as const, id, ownName: context.ownName, to: to?.agent ?? null, ...packet };
	return { exitCode: EXIT.done, data };
}

interface Asked {
	id: SessionId;
	to: AgentChoice;
	/** A packet that waits for the agent already. */
	waiting: string | null;
	options: HandoffOptions;
}

const leftAs = ({ id, to, waiting }: Asked, { ownName, conversation }: CommandContext): Left => ({
	kind: 'left',
	id,
	ownName,
	to,
	packet: waiting ?? '',
	isNew: waiting === null,
	losses: [],
	isOpen: conversation !== null,
	result: null,
	answer: null,
	exitCode: EXIT.done,
});

const done = (data: Left): Result<HandoffData> => ({ exitCode: data.exitCode, data });

/** Opens the session in place, and lets go of it afterwards. */
async function leaveNamed(asked: Asked, context: CommandContext): Promise<Result<HandoffData>> {
	const { id, options } = asked;
	const { live, notice } = context;
	const { permissions, timeout, trust, here } = options;
	const settings = { permissions, timeout, trust, here, agent: options.to, model: null, order: null };
	const conversation = await startConversation(
		context,
		{ ...settings, maxTurns: null, maxCost: null, wait: false, config: [] },
		{ kind: 'run', canAnswer: live.canAnswer && options.run },
	);
	return live.conversation(conversation, async (shown) => {
		const isAccepted =
			!here && (await agreeOnOrigin(context, id, 'Hand it off? Agents get what its records say as a quote.'));
		const { signal } = shown;
		const lines = await conversation.resume(id, { isInPlace: true, isAccepted, signal });
		for (const line of lines) notice(line);
		return leave(conversation, asked, { context, shown });
	});
}

/** The shell keeps its conversation. */
function leaveOpen(
	conversation: Conversation,
	asked: Asked,
	context: CommandContext,
): Promise<Result<HandoffData>> {
	const running: Running = { stopHard: () => conversation.stopHard(), close: async () => undefined };
	return context.live.conversation(running, (shown) => leave(conversation, asked, { context, shown }));
}

type Act = Parameters<CommandContext['live']['conversation']>[1];

async function leave(
	conversation: Conversation,
	asked: Asked,
	{ context, shown }: { context: CommandContext; shown: Parameters<Act>[0] },
): Promise<Result<HandoffData>> {
	const { to, waiting, options } = asked;
	const made = waiting === null ? await conversation.handOff(to) : { packet: waiting, losses: [] };
	const left = { ...leftAs(asked, context), ...made };
	if (!options.run) return done(left);
	if (waiting !== null) await takeOver(conversation, to);
	const said = new LastMessage();
	const result = await conversation.continuePending(shownTurns(shown, (event) => said.event(event)));
	return done({
		...left,
		result,
		answer: said.text,
		exitCode: shown.stoppedBy() ?? exitCodeOfResult(result),
	});
}

/** In the shell another agent may have been chosen since the packet was made. */
async function takeOver(conversation: Conversation, to: AgentChoice): Promise<void> {
	if (conversation.active().agent !== to.agent) await conversation.handOff(to);
}
