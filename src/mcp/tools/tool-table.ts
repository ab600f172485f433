/** Every tool, in the order in which clients list them. */
import { HISTORY_TOOLS } from './history-tools.ts';
import { SESSION_TOOLS } from './session-tools.ts';
import type { Tool } from './tool.ts';
import { WORKSTREAM_TOOLS } from './workstream-tools.ts';

export const TOOLS: readonly Tool[] = [...SESSION_TOOLS, ...HISTORY_TOOLS, ...WORKSTREAM_TOOLS];

/** Those that change nothing. */
export const readingTools = (): Tool[] => TOOLS.filter(({ does }) => does === 'reads');
