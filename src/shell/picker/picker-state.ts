/** The full-screen list of runners: what each key does, apart from drawing and from what runs them. */
import type { PickerAct, PickerFields, PickerRow } from '../../commands/runner/picker-source.ts';
import type { Kind } from '../../runners/runner-rules.ts';
import { type EditState, EMPTY_EDIT } from '../editor/edit-state.ts';
import type { Key } from '../editor/keys.ts';
import { fieldError, fieldsOf, formOf, newForm, type PickerForm, typed } from './picker-form.ts';

type Mode =
	| { is: 'list' }
	| { is: 'filter' }
	| { is: 'agents'; at: number }
	| { is: 'kinds'; agent: string | null; at: number }
	| { is: 'form'; form: PickerForm }
	| { is: 'ask'; act: PickerAct; question: string }
	/** `rows` null: not known yet. */
	| { is: 'page'; title: string; rows: readonly string[] | null; top: number };

export interface PickerState {
	mode: Mode;
	rows: readonly PickerRow[];
	/** The uuid, so that it stays chosen when the order changes; null: none. */
	chosen: string | null;
	filter: EditState;
	/** What was done last, or why it was not. */
	message: { text: string; isError: boolean } | null;
	agents: readonly string[];
	kinds: readonly Kind[];
	isKnown: boolean;
}

export type PickerEffect =
	| { type: 'act'; act: PickerAct }
	| { type: 'attach'; uuid: string }
	| { type: 'settings' }
	| { type: 'leave' }
	| { type: 'suspend' }
	| { type: 'redraw' };

interface Reduced {
	state: PickerState;
	effect: PickerEffect | null;
}

const HELP = [
	'Enter    attach; Ctrl-B D comes back',
	'N        new runner',
	'B        send back whoever is attached',
	'C        clone',
	'E        edit',
	'R        start with nobody attached',
	'K        end what it runs (Shift)',
	'D        delete',
	'O        remove a lock',
	'S        settings',
	'/        filter',
	'j k 1-9  move; arrows, Home, End too',
	'Q Esc    leave',
	'- stopped, R running, C attached,',
	'L locked, ? not known',
];

export const firstPicker = (agents: readonly string[], kinds: readonly Kind[] = []): PickerState => ({
	mode: { is: 'list' },
	rows: [],
	chosen: null,
	filter: EMPTY_EDIT,
	message: null,
	...{ agents, kinds },
	isKnown: false,
});

export const withRunners = (state: PickerState, rows: readonly PickerRow[]): PickerState => {
	const next = { ...state, rows, isKnown: true };
	return { ...next, chosen: chosenRow(next)?.uuid ?? null };
};

export const withMessage = (state: PickerState, text: string, isError: boolean): PickerState => ({
	...state,
	message: { text, isError },
});

/** A form stays open where what it asked for was refused. */
export const withDone = (state: PickerState, text: string): PickerState => ({
	...withMessage(state, text, false),
	mode: { is: 'list' },
});

export const shownRows = ({ rows, filter }: Pick<PickerState, 'rows' | 'filter'>): readonly PickerRow[] => {
	const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
	if (words.length === 0) return rows;
	return rows.filter((row) => {
		const text = [row.state, row.name, row.runs, row.host, row.port, row.dns].join(' ').toLowerCase();
		return words.every((word) => text.includes(word));
	});
};

export function chosenRow(state: PickerState): PickerRow | null {
	const shown = shownRows(state);
	return shown.find(({ uuid }) => uuid === state.chosen) ?? shown[0] ?? null;
}

export function pressPickerKey(state: PickerState, key: Key, page: number): Reduced {
	if (isCtrl(key, 'c')) return { state, effect: { type: 'leave' } };
	if (isCtrl(key, 'z')) return { state, effect: { type: 'suspend' } };
	if (isCtrl(key, 'l')) return { state, effect: { type: 'redraw' } };
	const { mode } = state;
	switch (mode.is) {
		case 'list':
			return pressInList({ ...state, message: null }, key, page);
		case 'filter':
			return pressInFilter(state, key);
		case 'agents':
			return pressInChoice(state, key, { mode, of: state.agents }, (agent) => toKind(state, agent ?? null));
		case 'kinds':
			return pressInChoice(state, key, { mode, of: state.kinds }, (kind) =>
				to(state, { is: 'form', form: newForm(mode.agent, kind) }),
			);
		case 'form':
			return pressInForm(state, key, mode.form);
		case 'ask':
			return pressInAsk(state, key, mode.act);
		case 'page':
			return pressInPage(state, key, mode, page);
	}
}

const stay = (state: PickerState): Reduced => ({ state, effect: null });
const to = (state: PickerState, mode: Mode): Reduced => stay({ ...state, mode });

function pressInList(state: PickerState, key: Key, page: number): Reduced {
	const moved = move(state, key, page);
	if (moved !== null) return moved;
	const name = nameOf(key);
	if (name === 'escape')
		return state.filter.text === ''
			? { state, effect: { type: 'leave' } }
			: stay({ ...state, filter: EMPTY_EDIT });
	const row = chosenRow(state);
	if (name === 'enter')
		return row === null ? stay(state) : { state, effect: { type: 'attach', uuid: row.uuid } };
	if (key.kind !== 'text') return stay(state);
	switch (key.text.toLowerCase()) {
		case 'q':
			return { state, effect: { type: 'leave' } };
		case '/':
			return to(state, { is: 'filter' });
		case '?':
			return to(state, { is: 'page', title: 'Keys', rows: HELP, top: 0 });
		case 's':
			return {
				state: { ...state, mode: { is: 'page', title: 'Settings', rows: null, top: 0 } },
				effect: { type: 'settings' },
			};
		case 'n':
			return state.agents.length > 1
				? to(state, { is: 'agents', at: 0 })
				: toKind(state, state.agents[0] ?? null);
		default:
			return row === null ? stay(state) : pressOnRow(state, key.text, row);
	}
}

/** `k` alone moves, as in vi: what ends a program takes Shift. */
function pressOnRow(state: PickerState, text: string, row: PickerRow): Reduced {
	const { uuid, name } = row;
	const act = (act: PickerAct): Reduced => ({ state, effect: { type: 'act', act } });
	if (text === 'K')
		return to(state, { is: 'ask', act: { do: 'kill', uuid }, question: `End what ${name} runs?` });
	switch (text.toLowerCase()) {
		case 'b':
			return act({ do: 'background', uuid });
		case 'r':
			return act({ do: 'restart', uuid });
		case 'o':
			return act({ do: 'override', uuid });
		case 'd': {
			const question = `Delete ${name} with its folder and its work?`;
			return to(state, { is: 'ask', act: { do: 'delete', uuid }, question });
		}
		case 'c':
			return to(state, { is: 'form', form: { ...newForm(null), what: 'clone', uuid } });
		case 'e':
			return to(state, { is: 'form', form: formOf(row) });
		default:
			return stay(state);
	}
}

function move(state: PickerState, key: Key, page: number): Reduced | null {
	const shown = shownRows(state);
	const at = shown.findIndex(({ uuid }) => uuid === chosenRow(state)?.uuid);
	const go = (row: number) => {
		const next = shown[Math.max(0, Math.min(shown.length - 1, row))];
		return stay({ ...state, chosen: next?.uuid ?? null });
	};
	const text = key.kind === 'text' ? key.text : '';
	const name = nameOf(key);
	if (name === 'down' || text === 'j') return go(at + 1);
	if (name === 'up' || text === 'k') return go(at - 1);
	if (name === 'pagedown') return go(at + page);
	if (name === 'pageup') return go(at - page);
	if (name === 'home') return go(0);
	if (name === 'end') return go(shown.length - 1);
	return /^[1-9]$/.test(text) && Number(text) <= shown.length ? go(Number(text) - 1) : null;
}

function pressInFilter(state: PickerState, key: Key): Reduced {
	const name = nameOf(key);
	if (name === 'enter') return to(state, { is: 'list' });
	if (name === 'escape') return to({ ...state, filter: EMPTY_EDIT }, { is: 'list' });
	if (name === 'down' || name === 'up') return move(state, key, 1) ?? stay(state);
	return stay({ ...state, filter: typed(state.filter, key) });
}

/** What runs it is asked where there is a choice. */
function toKind(state: PickerState, agent: string | null): Reduced {
	const mode: Mode =
		state.kinds.length > 1
			? { is: 'kinds', agent, at: 0 }
			: { is: 'form', form: newForm(agent, state.kinds[0]) };
	return to(state, mode);
}

function pressInChoice<Choice>(
	state: PickerState,
	key: Key,
	{ mode, of }: { mode: Extract<Mode, { is: 'agents' | 'kinds' }>; of: readonly Choice[] },
	choose: (choice: Choice | undefined) => Reduced,
): Reduced {
	const last = of.length - 1;
	const name = nameOf(key);
	const text = key.kind === 'text' ? key.text : '';
	if (name === 'escape' || text === 'q') return to(state, { is: 'list' });
	if (name === 'down' || text === 'j') return to(state, { ...mode, at: Math.min(last, mode.at + 1) });
	if (name === 'up' || text === 'k') return to(state, { ...mode, at: Math.max(0, mode.at - 1) });
	return name === 'enter' ? choose(of[mode.at]) : stay(state);
}

function pressInForm(state: PickerState, key: Key, form: PickerForm): Reduced {
	const fields = fieldsOf(form);
	const field = fields[form.at] ?? 'name';
	const next = (change: Partial<PickerForm>) =>
		to({ ...state, message: null }, { is: 'form', form: { ...form, ...change } });
	const go = (step: number) => next({ at: (form.at + step + fields.length) % fields.length });
	const name = nameOf(key);
	if (name === 'escape') return to({ ...state, message: null }, { is: 'list' });
	if (key.kind === 'press' && key.name === 'tab') return go(key.shift ? -1 : 1);
	if (name === 'down') return go(1);
	if (name === 'up') return go(-1);
	if (name === 'enter') return submit(state, form);
	if (field !== 'protocol') return next({ [field]: typed(form[field], key) });
	const text = key.kind === 'text' ? key.text.toLowerCase() : '';
	if (text === 't' || text === 'u') return next({ protocol: text === 't' ? 'tcp' : 'udp' });
	return text === ' ' ? next({ protocol: form.protocol === 'tcp' ? 'udp' : 'tcp' }) : stay(state);
}

/** The first field that cannot be so is gone to. */
function submit(state: PickerState, form: PickerForm): Reduced {
	const bad = fieldsOf(form).findIndex((field) => fieldError(form, field) !== null);
	if (bad >= 0) return to(state, { is: 'form', form: { ...form, at: bad } });
	const { what, uuid, agent, kind, protocol } = form;
	const [name, port, dns] = [form.name.text, form.port.text, form.dns.text];
	const fields: PickerFields = { name, port, protocol, dns };
	const acts: Record<PickerForm['what'], PickerAct> = {
		create: { do: 'create', agent, kind, fields },
		edit: { do: 'edit', uuid, fields },
		clone: { do: 'clone', uuid, name },
	};
	return { state: { ...state, message: null }, effect: { type: 'act', act: acts[what] } };
}

function pressInAsk(state: PickerState, key: Key, act: PickerAct): Reduced {
	const isYes = key.kind === 'text' && key.text.toLowerCase() === 'y';
	return { state: { ...state, mode: { is: 'list' } }, effect: isYes ? { type: 'act', act } : null };
}

function pressInPage(
	state: PickerState,
	key: Key,
	mode: Extract<Mode, { is: 'page' }>,
	page: number,
): Reduced {
	const last = Math.max(0, (mode.rows?.length ?? 0) - page + 1);
	const name = nameOf(key);
	const text = key.kind === 'text' ? key.text : '';
	if (name === 'down' || text === 'j') return to(state, { ...mode, top: Math.min(last, mode.top + 1) });
	if (name === 'up' || text === 'k') return to(state, { ...mode, top: Math.max(0, mode.top - 1) });
	return to(state, { is: 'list' });
}

const nameOf = (key: Key): string => (key.kind === 'press' && !key.ctrl && !key.alt ? key.name : '');

const isCtrl = (key: Key, character: string): boolean =>
	key.kind === 'press' && key.ctrl && key.name === 'character' && key.character === character;
