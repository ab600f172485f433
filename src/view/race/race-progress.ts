/** What the records of a running race do not say yet: what each entrant does now, and what its turn has used so far. */
import { type AgentEvent, type TokenCounts, writtenTokens } from '../../agents/events.ts';
import { safeLine } from '../../core/text.ts';
import type { RaceEvent } from '../../race/race-contract.ts';
import type { EntrantRecord } from '../../race/record/race-record.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import { oldestPrices } from '../../sessions/lineage/price-dates.ts';
import { readOf, writtenOf } from '../../sessions/turns/turn-tokens.ts';
import type { Cost } from '../../ui/quantities.ts';
import { describeTool } from '../describe-tool.ts';

export interface EntrantProgress {
	/** From 1 on, as keys name it. */
	number: number;
	record: EntrantRecord;
	/** Safe, one line; empty: nothing to say. */
	lastAction: string;
	tokens: EntrantRecord['tokens'];
	cost: Cost;
	/** Named by the agent's edits; git counts them when it ended. */
	editedFiles: number;
}

const ACTION_CHARS = 200;
const KEPT_MESSAGE_CHARS = 400;

interface Live {
	number: number;
	record: EntrantRecord;
	lastAction: string;
	/** Those of the turns that ended. */
	finished: { input: number; output: number; cost: number };
	/** What their estimates came from. */
	prices: Pick<Cost, 'prices_as_of'>;
	/** The running turn's. */
	turn: { input: number; output: number; cost: number };
	paths: Set<string>;
	message: { id: string; text: string };
}

const NOTHING = { input: 0, output: 0, cost: 0 };

export class RaceProgress {
	readonly #entrants = new Map<string, Live>();

	event(event: RaceEvent): void {
		switch (event.type) {
			case 'race_started':
			case 'race_ended':
				for (const entrant of event.record.entrants) this.#see(entrant);
				break;
			case 'entrant':
				this.#see(event.entrant);
				break;
			case 'entrant_event':
				this.#relayEvent(this.#entrants.get(event.entrant), event.event);
				break;
			case 'command_output':
				this.#output(this.#entrants.get(event.entrant), event.command, event.chunk);
				break;
			case 'notice':
				break;
			default:
				event satisfies never;
		}
	}

	/** In the order named. */
	entrants(): EntrantProgress[] {
		return [...this.#entrants.values()].map(
			({ number, record, lastAction, finished, prices, turn, paths }) => {
				const input = finished.input + turn.input;
				const output = finished.output + turn.output;
				const cost = finished.cost + turn.cost;
				const isTold = record.state === 'ended' || input + output === 0;
				return {
					number,
					record,
					lastAction: record.state === 'ended' ? safeLine(record.reason ?? '', ACTION_CHARS) : lastAction,
					tokens: isTold ? record.tokens : { input, output },
					cost:
						record.cost_usd !== null || cost === 0
							? record
							: { cost_usd: cost, cost_source: 'mixed', ...prices },
					editedFiles: paths.size,
				};
			},
		);
	}

	#see(record: EntrantRecord): void {
		const known = this.#entrants.get(record.id);
		const number = known?.number ?? this.#entrants.size + 1;
		const fresh = {
			lastAction: '',
			finished: NOTHING,
			prices: {},
			turn: NOTHING,
			paths: new Set<string>(),
			message: { id: '', text: '' },
		};
		const isNewState = known !== undefined && known.record.state !== record.state;
		const live = { ...(known ?? fresh), ...(isNewState ? { lastAction: '' } : {}), number, record };
		this.#entrants.set(record.id, live);
	}

	#relayEvent(live: Live | undefined, event: RelayEvent): void {
		if (live === undefined) return;
		if (event.type === 'agent_event') this.#agentEvent(live, event.event);
		else if (event.type === 'turn_finished') {
			live.turn = NOTHING;
			live.finished = add(live.finished, {
				input: readOf(event.state.tokens),
				output: writtenOf(event.state.tokens),
				cost: event.state.cost_usd ?? 0,
			});
			live.prices = oldestPrices([live.prices, event.state]);
		} else if (event.type === 'handed_over') live.lastAction = `${event.to} takes over from ${event.from}`;
		else if (event.type === 'notice') live.lastAction = safeLine(event.text, ACTION_CHARS);
	}

	#agentEvent(live: Live, event: AgentEvent): void {
		switch (event.type) {
			case 'tool_call':
				live.lastAction = describeTool(event, live.record.worktree);
				if (event.kind === 'edit') for (const path of event.paths) live.paths.add(path);
				break;
			case 'agent_message_chunk':
				hear(live, event);
				break;
			case 'usage':
				if (event.scope === 'turn')
					live.turn = { ...countTokens(event.tokens), cost: event.costUsd ?? live.turn.cost };
				break;
			case 'retry':
				live.lastAction = 'tries again';
				break;
			case 'error':
				live.lastAction = safeLine(event.message, ACTION_CHARS);
				break;
			default:
		}
	}

	#output(live: Live | undefined, command: string, chunk: Buffer): void {
		const lines = chunk.toString('utf8').split('\n');
		const last = lines.findLast((line) => line.trim() !== '');
		if (live !== undefined && last !== undefined)
			live.lastAction = `${safeLine(command, 40)}: ${safeLine(last, ACTION_CHARS)}`;
	}
}

/** Keeps the end of the growing message; its last line is what the agent says now. */
function hear(live: Live, { messageId, text }: Extract<AgentEvent, { type: 'agent_message_chunk' }>): void {
	const before = live.message.id === messageId ? live.message.text : '';
	live.message = { id: messageId, text: (before + text).slice(-KEPT_MESSAGE_CHARS) };
	const line = live.message.text.split('\n').findLast((one) => one.trim() !== '');
	if (line !== undefined) live.lastAction = safeLine(line, ACTION_CHARS);
}

function countTokens(tokens: TokenCounts) {
	const { input, cacheRead, cacheWrite } = tokens;
	return {
		input: (input ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
		output: writtenTokens(tokens),
	};
}

function add(one: Live['turn'], other: Live['turn']): Live['turn'] {
	return { input: one.input + other.input, output: one.output + other.output, cost: one.cost + other.cost };
}
