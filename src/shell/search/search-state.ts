/** The full screen of `search`: what each key does, apart from drawing and from the index. */
import type { Hit } from '../../commands/search/hit.ts';
import { type EditState, EMPTY_EDIT } from '../editor/edit-state.ts';
import type { Key } from '../editor/keys.ts';
import { reduceKey } from '../editor/reduce-key.ts';

export interface SearchState {
	/** `find`: the query is typed; `list`: a row is chosen; `read`: a conversation is open; `agents`: who goes on is chosen. */
	mode: 'find' | 'list' | 'read' | 'agents';
	edit: EditState;
	hits: readonly Hit[];
	hasMore: boolean;
	/** An index into `hits`. */
	selected: number;
	/** What is searched for is not found yet. */
	isSearching: boolean;
	/** The open conversation, and its first row on the screen. */
	rows: readonly string[];
	top: number;
	agents: readonly string[];
	agentAt: number;
	/** Where Escape leads from `agents`. */
	before: 'list' | 'read';
}

export type SearchEffect =
	| { type: 'search'; typed: string }
	| { type: 'read'; hit: Hit }
	| { type: 'go_on'; hit: Hit; agent: string }
	| { type: 'leave' }
	| { type: 'suspend' }
	| { type: 'redraw' };

interface Reduced {
	state: SearchState;
	effect: SearchEffect | null;
}

type Press = Extract<Key, { kind: 'press' }>;

export const firstState = (agents: readonly string[]): SearchState => ({
	mode: 'find',
	edit: EMPTY_EDIT,
	hits: [],
	hasMore: false,
	selected: 0,
	isSearching: true,
	rows: [],
	top: 0,
	agents,
	agentAt: 0,
	before: 'list',
});

export const withHits = (
	state: SearchState,
	{ hits, hasMore }: Pick<SearchState, 'hits' | 'hasMore'>,
): SearchState => ({ ...state, hits, hasMore, isSearching: false, selected: 0 });

/** `at`: the row that is to be seen. */
export const withRows = (
	state: SearchState,
	{ rows, at }: { rows: readonly string[]; at: number },
): SearchState => ({ ...state, mode: 'read', rows, top: at });

/** `page`: how many rows a conversation has on the screen. */
export function pressSearchKey(state: SearchState, key: Key, page: number): Reduced {
	if (isCtrl(key, 'c')) return { state, effect: { type: 'leave' } };
	if (isCtrl(key, 'z')) return { state, effect: { type: 'suspend' } };
	if (isCtrl(key, 'l')) return { state, effect: { type: 'redraw' } };
	switch (state.mode) {
		case 'find':
			return pressInQuery(state, key);
		case 'list':
			return pressInList(state, key);
		case 'read':
			return pressInConversation(state, key, page);
		case 'agents':
			return pressInAgents(state, key);
	}
}

const stay = (state: SearchState): Reduced => ({ state, effect: null });

function pressInQuery(state: SearchState, key: Key): Reduced {
	const name = nameOf(key);
	if (name === 'escape' || (isCtrl(key, 'd') && state.edit.text === ''))
		return { state, effect: { type: 'leave' } };
	if (name === 'enter') return open(state);
	if (name === 'down' || name === 'tab' || isCtrl(key, 'n'))
		return stay(state.hits.length === 0 ? state : { ...state, mode: 'list' });
	return type(state, key);
}

/** A paste is one line. */
function type(state: SearchState, key: Key): Reduced {
	const line: Key = key.kind === 'press' ? key : { kind: 'text', text: key.text.replace(/\s+/g, ' ') };
	const edited = reduceKey(state.edit, line, { history: [], queued: 0 }).state;
	const edit = edited.text.includes('\n') ? state.edit : edited;
	const next: SearchState = { ...state, mode: 'find', edit };
	if (edit.text === state.edit.text) return stay(next);
	return { state: { ...next, isSearching: true }, effect: { type: 'search', typed: edit.text } };
}

function pressInList(state: SearchState, key: Key): Reduced {
	const last = state.hits.length - 1;
	const to = (at: number) => stay({ ...state, selected: Math.max(0, Math.min(last, at)) });
	const name = nameOf(key);
	if (name === 'enter') return open(state);
	if (key.kind === 'text' && key.text === 'h') return chooseAgent(state);
	if (name === 'down' || isCtrl(key, 'n')) return to(state.selected + 1);
	if (name === 'pagedown') return to(state.selected + 5);
	if (name === 'pageup') return to(state.selected - 5);
	if (name === 'home') return to(0);
	if (name === 'end') return to(last);
	if (name === 'up' || isCtrl(key, 'p'))
		return state.selected === 0 ? stay({ ...state, mode: 'find' }) : to(state.selected - 1);
	if (name === 'escape' || name === 'tab') return stay({ ...state, mode: 'find' });
	// Whoever types goes on with the query.
	return type(state, key);
}

function pressInConversation(state: SearchState, key: Key, page: number): Reduced {
	const last = Math.max(0, state.rows.length - page);
	const to = (top: number) => stay({ ...state, top: Math.max(0, Math.min(last, top)) });
	const name = nameOf(key);
	const text = key.kind === 'text' ? key.text : '';
	if (text === 'h') return chooseAgent(state);
	if (name === 'escape' || text === 'q') return stay({ ...state, mode: 'list', rows: [] });
	if (name === 'down' || name === 'enter' || text === 'j') return to(state.top + 1);
	if (name === 'up' || text === 'k') return to(state.top - 1);
	if (name === 'pagedown' || text === ' ') return to(state.top + page - 1);
	if (name === 'pageup' || text === 'b') return to(state.top - page + 1);
	if (name === 'home' || text === 'g') return to(0);
	if (name === 'end' || text === 'G') return to(last);
	return stay(state);
}

function pressInAgents(state: SearchState, key: Key): Reduced {
	const { agents, agentAt, hits, selected, before } = state;
	const to = (at: number) => stay({ ...state, agentAt: Math.max(0, Math.min(agents.length - 1, at)) });
	const name = nameOf(key);
	if (name === 'escape') return stay({ ...state, mode: before });
	if (name === 'down') return to(agentAt + 1);
	if (name === 'up') return to(agentAt - 1);
	const [hit, agent] = [hits[selected], agents[agentAt]];
	if (name !== 'enter' || hit === undefined || agent === undefined) return stay(state);
	return { state, effect: { type: 'go_on', hit, agent } };
}

function open(state: SearchState): Reduced {
	const hit = state.hits[state.selected];
	return hit === undefined
		? stay(state)
		: { state: { ...state, mode: 'list' }, effect: { type: 'read', hit } };
}

/** Its own agent first, since that goes on natively. */
function chooseAgent(state: SearchState): Reduced {
	const hit = state.hits[state.selected];
	if (hit === undefined || state.agents.length === 0) return stay(state);
	const agentAt = Math.max(0, state.agents.indexOf(hit.agent));
	const before = state.mode === 'read' ? 'read' : 'list';
	return stay({ ...state, mode: 'agents', agentAt, before });
}

const nameOf = (key: Key): string => (key.kind === 'press' && !key.ctrl && !key.alt ? key.name : '');

const isCtrl = (key: Key, character: string): key is Press =>
	key.kind === 'press' && key.ctrl && key.name === 'character' && key.character === character;
