/** What `undo` and `redo` take alike. */
import { flag } from './option-table.ts';

export const undoFlags = {
	dryRun: flag('--dry-run', 'show what would be written, and write nothing'),
	partial: flag('--partial', 'leave files that changed since, and write the others'),
	force: flag('--force', 'also replace files that changed since; a copy of each is kept'),
	yes: flag('-y, --yes', 'do not ask'),
};
