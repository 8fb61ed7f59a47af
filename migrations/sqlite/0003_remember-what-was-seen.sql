CREATE TABLE `seen` (
	`id` text PRIMARY KEY NOT NULL,
	`until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `seen_until` ON `seen` (`until`);