import * as v from 'valibot';
import { limitSchema, tokensSchema } from '../../sessions/turns/turn-state.ts';

const text = v.string();
const count = v.nullable(v.number());
const head = { ts: text, seq: v.number() };
const { source } = limitSchema.entries;

const tasks = v.array(v.object({ id: text, title: text }));

const fileEditSchema = v.object({
	path: text,
	kind: v.picklist(['create', 'edit', 'delete', 'move']),
	moved_to: v.optional(text),
	added: count,
	removed: count,
	hunks: v.array(v.object({ old_start: count, new_start: count, lines: v.array(text) })),
});
export type DiskFileEdit = v.InferOutput<typeof fileEditSchema>;

/** One line of `NNN-events.jsonl`. */
export const eventSchema = v.variant('type', [
	v.looseObject({
		...head,
		type: v.literal('session_started'),
		native_session_id: text,
		model: v.nullable(text),
		lacks_story: v.optional(v.literal(true)),
		mcp_servers: v.optional(v.array(text)),
	}),
	v.looseObject({ ...head, type: v.literal('agent_message_chunk'), message_id: text, text }),
	v.looseObject({ ...head, type: v.literal('agent_thought_chunk'), message_id: text, text }),
	v.looseObject({
		...head,
		type: v.literal('tool_call'),
		id: text,
		name: text,
		kind: v.picklist(['read', 'edit', 'execute', 'search', 'fetch', 'other']),
		title: text,
		command: v.nullable(text),
		paths: v.array(text),
		speaker: v.optional(v.literal('sub_agent')),
		queued: v.optional(v.literal(true)),
	}),
	v.looseObject({
		...head,
		type: v.literal('tool_result'),
		id: text,
		ok: v.nullable(v.boolean()),
		denied: v.boolean(),
		exit_code: count,
		output: text,
		output_bytes: v.number(),
		edits: v.optional(v.array(fileEditSchema)),
	}),
	v.looseObject({
		...head,
		type: v.literal('plan'),
		items: v.array(
			v.object({
				text,
				status: v.picklist(['pending', 'in_progress', 'completed']),
				id: v.exactOptional(text),
			}),
		),
	}),
	v.looseObject({
		...head,
		type: v.literal('usage'),
		scope: v.picklist(['turn', 'cumulative']),
		tokens: tokensSchema,
		cost_usd: count,
	}),
	v.looseObject({
		...head,
		type: v.literal('retry'),
		reason: v.picklist(['rate', 'overloaded', 'server', 'network', 'auth']),
		attempt: count,
		max_attempts: count,
		delay_ms: count,
		source,
	}),
	v.looseObject({
		...head,
		type: v.literal('limit'),
		limit: limitSchema,
		speaker: v.optional(v.literal('sub_agent')),
		model: v.optional(text),
	}),
	v.looseObject({
		...head,
		type: v.literal('utilization'),
		windows: v.array(v.object({ window: text, ratio: v.number(), reset_at: v.nullable(text) })),
	}),
	v.looseObject({ ...head, type: v.literal('error'), code: v.nullable(text), message: text }),
	v.looseObject({ ...head, type: v.literal('background_tasks'), tasks }),
	v.looseObject({ ...head, type: v.literal('interim_answer'), tasks }),
	v.looseObject({ ...head, type: v.literal('compacting') }),
	v.looseObject({ ...head, type: v.literal('continued') }),
	v.looseObject({
		...head,
		type: v.literal('turn_ended'),
		outcome: v.picklist(['completed', 'limited', 'failed', 'cancelled', 'timed_out', 'outcome_unknown']),
		stop_reason: v.nullable(text),
	}),
]);

export type DiskEvent = v.InferOutput<typeof eventSchema>;
