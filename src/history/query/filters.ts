/** Which messages and conversations are looked at, as SQL over `messages m` and `conversations c` (see `index/index-tables`). */

export interface Filters {
	/** Who answered a message, or was asked by it. */
	agent?: string | null;
	/** An absolute folder, what is below it included; or any part of one. */
	project?: string | null;
	role?: 'user' | 'assistant' | 'tool' | null;
	/** All of them, each of the message or of its conversation. */
	tags?: readonly string[];
	/** Epoch ms, included. */
	since?: number | null;
	/** Epoch ms, excluded. */
	until?: number | null;
	/** Ids of `conversations`; null: all. */
	conversations?: readonly number[] | null;
}

export interface Condition {
	/** Begins with `and` where it is not empty. */
	sql: string;
	values: Array<string | number>;
}

export function messageCondition({ agent, role, tags, since, until, ...of }: Filters): Condition {
	return allOf([
		given(agent, 'm.agent = ?'),
		given(role, 'm.role = ?'),
		given(since, 'coalesce(m.at, c.ended_at, 0) >= ?'),
		given(until, 'coalesce(m.at, c.started_at, 0) < ?'),
		...(tags ?? []).map((tag) => tagCondition(tag, 'in (0, m.id)', 'in (0, m.key)')),
		placeCondition(of),
	]);
}

/** For whole conversations: a tag counts where any message has it. */
export function conversationCondition({ agent, tags, since, until, ...of }: Filters): Condition {
	return allOf([
		given(agent, 'c.agent = ?'),
		given(since, 'coalesce(c.ended_at, 0) >= ?'),
		given(until, 'coalesce(c.started_at, 0) < ?'),
		...(tags ?? []).map((tag) => tagCondition(tag, 'is not null', 'is not null')),
		placeCondition(of),
	]);
}

const tagCondition = (tag: string, ofMessage: string, ofKey: string): Condition => ({
	sql: `and (exists(select 1 from auto_tags a where a.tag = ? and a.conversation = c.id and a.message ${ofMessage})
		or exists(select 1 from user_tags u where u.tag = ? and u.ref = c.ref and u.message_key ${ofKey}))`,
	values: [tag, tag],
});

/** What is asked of a conversation itself. */
export function placeCondition({
	project,
	conversations,
}: Pick<Filters, 'project' | 'conversations'>): Condition {
	return allOf([
		project?.startsWith('/') === true
			? {
					sql: 'and (c.project = ? or substr(c.project, 1, length(?)) = ?)',
					values: [project, below(project), below(project)],
				}
			: given(project?.toLowerCase(), 'instr(lower(c.project), ?) > 0'),
		conversations === null || conversations === undefined
			? NOTHING
			: { sql: `and c.id in (${conversations.map(() => '?').join(', ')})`, values: [...conversations] },
	]);
}

const below = (folder: string) => `${folder.replace(/\/+$/, '')}/`;

const NOTHING: Condition = { sql: '', values: [] };

const given = (value: string | number | null | undefined, sql: string): Condition =>
	value === null || value === undefined ? NOTHING : { sql: `and ${sql}`, values: [value] };

const allOf = (conditions: readonly Condition[]): Condition => ({
	sql: conditions
		.map(({ sql }) => sql)
		.filter((sql) => sql !== '')
		.join(' '),
	values: conditions.flatMap(({ values }) => values),
});
