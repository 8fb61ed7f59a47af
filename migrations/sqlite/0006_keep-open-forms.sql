CREATE TABLE `open_forms` (
	`id` text PRIMARY KEY NOT NULL,
	`sealed` text NOT NULL,
	`until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `open_forms_until` ON `open_forms` (`until`);