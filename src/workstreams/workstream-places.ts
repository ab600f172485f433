import { join } from 'node:path';
import type { RelayPaths } from '../config/xdg-paths.ts';
import type { WorkstreamName } from './workstream-name.ts';

/** Where workstreams are kept; absolute, and none of it needs to exist. */
export interface Places {
	/** All the others are below it. */
	root: string;
	registry: string;
	ideas: string;
	/** The record of a step that is being made. */
	step: string;
	lock: string;
	/** A folder each, by name. */
	workstreams: string;
	markers: string;
	hints: string;
}

export function placesOf({ configHome: root }: Pick<RelayPaths, 'configHome'>): Places {
	return {
		root,
		registry: join(root, 'workstreams.json'),
		ideas: join(root, 'ideas.json'),
		step: join(root, '.workstreams-step.json'),
		lock: join(root, 'workstreams.json.lock'),
		workstreams: join(root, 'workstreams'),
		markers: join(root, 'session-markers'),
		hints: join(root, 'session-hints'),
	};
}

/** The files of one workstream that the product reads or writes. */
export function filesOf({ workstreams }: Pick<Places, 'workstreams'>, name: WorkstreamName) {
	const folder = join(workstreams, name);
	return {
		folder,
		state: join(folder, 'state.md'),
		backup: join(folder, 'state.md.bak'),
		plan: join(folder, 'plan.md'),
		architecture: join(folder, 'architecture.md'),
	};
}
