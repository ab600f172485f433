/** From "this prompt goes to this agent" to everything a turn needs: conversation to resume, packet, command facts. */
import type { AgentAdapter, PermissionPreset } from '../../agents/agent-adapter.ts';
import { wantsToAsk } from '../../agents/asking/question.ts';
import type { Limit } from '../../agents/events.ts';
import { isModelName } from '../../agents/model-name.ts';
import { agentSettings } from '../../config/defaults.ts';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import type { RepoFacts, Snapshot } from '../../git/repo-facts.ts';
import type { ComposedPrompt } from '../../handoff/build-packet.ts';
import type { PacketReason } from '../../handoff/packet-input.ts';
import { withInertMaterial } from '../../handoff/words/piped-text.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import type { TurnSpec } from '../../turns/turn-spec.ts';
import { describeAskingProblem } from '../agents/asking-problem.ts';
import { requireExecutable } from '../agents/require-executable.ts';
import type { MadePacket, PacketRequest } from '../packet/make-packet.ts';
import { type AgentStanding, cutTurns, type PlacedTurn } from '../packet/placed-turns.ts';
import type { RelayDeps } from '../ports.ts';
import { presentPlace } from '../resume/present-place.ts';
import { describeBetween, describeNewConversation, useConversation } from './conversation-use.ts';
import { picturesIn } from './named-pictures.ts';
import { describePartners, partnerTurns, turnsOf } from './partner-turns.ts';
import { plainPrompt } from './plain-prompt.ts';
import { nowPromptOf, type Task } from './task.ts';
import { turnEnvironment } from './turn-environment.ts';
import { turnTools } from './turn-tools.ts';
import { withWorkstream } from './workstream-state.ts';

export interface TurnPlan {
	/** Ends what is waited for before the turn begins; the turn then ends as interrupted. */
	signal?: AbortSignal;
	session: OpenSession;
	adapter: AgentAdapter;
	model: string | null;
	permissions: PermissionPreset;
	task: Task;
	trigger: TurnState['trigger'];
	/** Who worked before, for the packet; null when nobody did. */
	from: AgentAdapter | null;
	reason: PacketReason;
	limit: Limit | null;
	/** The snapshot of a moment ago, for an immediate hand-over. */
	before: Snapshot | null;
	/** True: the native session is known to be gone. */
	isFresh: boolean;
	/** Somebody is there to answer what the agent asks. */
	mayAsk: boolean;
}

export interface PreparedTurn {
	spec: TurnSpec;
	packet: MadePacket | null;
	/** Why the agent's earlier conversation is not resumed, in a sentence for people; null: nothing is left. */
	leaves: string | null;
	/** The notice of what other sessions did meanwhile, in the conversation or beside it; null: nothing. */
	between: string | null;
	/** The notice that the agent does not start in its folder; null: it does. */
	gone: string | null;
	/** What is not sent as a picture, and why: sentences. */
	ofPictures: readonly string[];
	/** Why the agent cannot ask in this turn, in a sentence for people; null: nothing is to be said. */
	cannotAsk: string | null;
}

export async function prepareTurn(plan: TurnPlan, deps: RelayDeps): Promise<PreparedTurn> {
	const { session, adapter, task } = plan;
	const lineage = deps.store.story(session.id);
	// Words that are not known to be the user's go out as a quote, never bare.
	const isPacketWanted = task.isInterrupted || plan.trigger === 'switch' || !task.isConfirmed;
	const place = presentPlace(deps.repo);
	const conversation = { session, adapter, who: adapter.id, lineage, isFresh: plan.isFresh };
	const used = useConversation({ ...conversation, hasPacket: isPacketWanted }, deps);
	const { turns, standing, use, between } = used;
	try {
		const pictures = picturesOf(plan, deps);
		const { nativeSessionId: nativeId } = standing;
		const beside = partnerTurns(lineage, { agent: adapter.id, nativeId }, deps);
		const composed =
			!task.isConfirmed ||
			beside.length > 0 ||
			((standing.needsPacket || isPacketWanted || between.length > 0) && turns.length > 0)
				? await promptWithPacket(plan, { since: standing.lastTurn, between, beside, pictures }, deps)
				: { packet: null, sent: await promptAlone(plan, { lineage, turns }, standing, deps) };
		const { packet } = composed;
		const isInPacket = packet !== null && standing.lastTurn === null;
		const sent = await withWorkstream(composed.sent, { session, adapter, isInPacket }, deps);
		const number = session.meta.turn_count + 1;
		const userPrompt = task.recordedAt ?? (sent.words && { turn: number, ...sent.words });
		const prompt = pictures.words === '' ? sent.text : `${sent.text}\n\n${pictures.words}`;
		const made = { prompt, userPrompt, packet: packet?.path ?? null, standing };
		// The user already knows about one that is gone.
		const leaves =
			plan.isFresh || standing.left === null
				? null
				: describeNewConversation(adapter.title, standing.left, 'story in a packet');
		const bare = turnSpec(plan, deps, made);
		const spec = {
			...bare,
			request: {
				...bare.request,
				pictures: pictures.flags,
				...(await askingKeyFor(bare, deps, plan.signal)),
			},
			pictures: pictures.pictures.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
			conversation: use,
			toldOf: turnsOf(beside),
		};
		return {
			spec,
			packet,
			leaves,
			between: describeBetween(adapter.title, between) ?? describePartners(beside),
			cannotAsk: describeAskingProblem(adapter, spec.request),
			ofPictures: pictures.notices,
			gone: place.folder === deps.repo.folder ? null : describeGoneFolder(deps.repo),
		};
	} catch (error) {
		use.end(null);
		throw error;
	}
}

/** Words that are not known to be the user's name nothing. */
function picturesOf({ task, adapter }: TurnPlan, deps: RelayDeps) {
	const place = { folder: presentPlace(deps.repo).folder, home: deps.env.HOME ?? '/' };
	return picturesIn(task.isConfirmed ? task.text : '', adapter, place);
}

/** Asks the agent's program, where it must be asked before its turn may ask; a turn that asks nothing waits for nothing. */
export async function askingKeyFor(
	{ adapter, executable, request }: Pick<TurnSpec, 'adapter' | 'executable' | 'request'>,
	{ askingKeys }: Pick<RelayDeps, 'askingKeys'>,
	signal: AbortSignal | undefined,
): Promise<Pick<TurnSpec['request'], 'askingKey'>> {
	const { asker, env, version = null } = request;
	const isAsking = wantsToAsk(request) && adapter.cannotAsk?.(request) === null;
	if (!isAsking || asker === undefined || adapter.askingKeyQuery === undefined) return {};
	const query = adapter.askingKeyQuery(asker);
	return { askingKey: await askingKeys.of(query, { executable, version, env, signal }) };
}

/** The notice that the folder where agents start is missing: it was removed, or another one has taken its place. */
export function describeGoneFolder({ folder, worktree }: RepoFacts): string {
	return `${safeLine(folder, 200)} is no longer a folder of this worktree; agents start in ${safeLine(worktree, 200)}`;
}

/** Packets are a sixth of the program and most turns need none, so their code is loaded here. */
async function promptWithPacket(
	plan: TurnPlan,
	known: Pick<PacketRequest, 'since' | 'between' | 'beside' | 'pictures'>,
	deps: RelayDeps,
) {
	const [{ makePacket }, { composePrompt }] = await Promise.all([
		import('../packet/make-packet.ts'),
		import('../../handoff/build-packet.ts'),
	]);
	const packet = await makePacket({ ...packetRequest(plan), ...known }, deps);
	const { text, isInterrupted, isConfirmed } = plan.task;
	const prompt = isInterrupted || !isConfirmed ? null : withInertMaterial(text, plan.adapter.inert);
	return { packet, sent: composePrompt(packet.packet, prompt) };
}

function packetRequest(plan: TurnPlan) {
	const { session, from, adapter, model, reason, limit, task, before } = plan;
	return {
		session,
		from,
		to: adapter,
		toModel: model,
		reason,
		limit,
		// Else it follows the packet.
		nowPrompt: task.isInterrupted || !task.isConfirmed ? nowPromptOf(task) : null,
		...(before === null ? {} : { currentTree: before.tree }),
	};
}

/** Throws like `requireExecutable`. */
export function turnSpec(
	plan: Pick<TurnPlan, 'session' | 'adapter' | 'model' | 'permissions' | 'trigger' | 'before' | 'mayAsk'>,
	deps: RelayDeps,
	made: Pick<TurnSpec, 'prompt' | 'userPrompt' | 'packet'> & { standing: AgentStanding },
): TurnSpec {
	const { adapter, model, permissions } = plan;
	const { standing, ...sent } = made;
	const executable = requireExecutable(adapter.id, deps);
	if (model !== null && !isModelName(model))
		throw new RelayError(
			'damaged_record',
			`${JSON.stringify(model.slice(0, 80))} is not the name of a model.`,
			{
				hint: `Name another one: --agent ${adapter.id} --model NAME`,
			},
		);
	const resumed = standing.nativeSessionId;
	const version = deps.versions.known(adapter, executable);
	return {
		adapter,
		agentVersion: version,
		executable,
		modelAsked: model,
		account: {
			profile: adapter.base === undefined ? null : adapter.id,
			hash: deps.loginOf(adapter.id).account,
		},
		request: {
			nativeSessionId: resumed ?? (adapter.choosesSessionId ? deps.newNativeId() : null),
			resume: resumed !== null,
			model: model ?? agentSettings(deps.config, adapter.id).model,
			permissions,
			allowCommands: deps.config.permissions.allow_commands,
			isTrusted: deps.isTrusted,
			...turnTools(permissions, deps),
			folder: presentPlace(deps.repo).folder,
			worktree: deps.repo.worktree,
			isGitRepo: deps.repo.kind !== 'none',
			isRoot: deps.isRoot,
			patienceMs: deps.config.limits.patience_s * 1000,
			...(plan.mayAsk && deps.config.permissions.ask ? { mayAsk: true, asker: deps.asker() } : {}),
			version,
			env: turnEnvironment(plan, executable, deps),
		},
		...sent,
		trigger: plan.trigger,
		cumulativeBefore: standing.totals,
		planBefore: standing.plan,
		before: plan.before,
	};
}

/** The bare words, after notes if the agent's own conversation ends with a turn that was cut off, or was taken back since. */
async function promptAlone(
	{ session, adapter, task }: TurnPlan,
	{ lineage, turns }: { lineage: readonly LineageEntry[]; turns: readonly PlacedTurn[] },
	{ nativeSessionId, lastTurn }: AgentStanding,
	deps: RelayDeps,
): Promise<ComposedPrompt> {
	const cut = nativeSessionId === null ? [] : cutTurns(turns, adapter.id);
	const hasUndos = lineage.some(({ meta }) => meta.undos !== undefined);
	if (cut.length === 0 && !hasUndos) return plainPrompt(task.text, adapter);
	const [{ noteOfCut }, { noteOfUndos }] = await Promise.all([
		import('../packet/note-of-cut.ts'),
		import('../packet/note-of-undos.ts'),
	]);
	const note =
		noteOfUndos(lineage, lastTurn, adapter, deps) +
		noteOfCut(cut, { current: session.id, turns, adapter }, deps);
	if (note === '') return plainPrompt(task.text, adapter);
	const start = Buffer.byteLength(note);
	return { text: note + task.text, words: { start, end: start + Buffer.byteLength(task.text) } };
}
