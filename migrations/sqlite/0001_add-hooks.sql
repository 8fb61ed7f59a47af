CREATE TABLE `hook_calls` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`hook_id` text NOT NULL,
	`code` text NOT NULL,
	`message_id` text NOT NULL,
	`round` integer NOT NULL,
	`event` text NOT NULL,
	`subject` text NOT NULL,
	`body` text NOT NULL,
	`state` text NOT NULL,
	`due_at` integer NOT NULL,
	`lease_until` integer,
	`tries` integer NOT NULL,
	`status` integer,
	`duration` integer,
	`problem` text,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`,`hook_id`) REFERENCES `hooks`(`workspace_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `hook_calls_by_time` ON `hook_calls` (`workspace_id`,`hook_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `hook_calls_by_code` ON `hook_calls` (`workspace_id`,`code`);--> statement-breakpoint
CREATE INDEX `hook_calls_unsent` ON `hook_calls` (`hook_id`,`due_at`) WHERE "hook_calls"."state" in ('waiting', 'sending');--> statement-breakpoint
CREATE UNIQUE INDEX `hook_calls_once` ON `hook_calls` (`workspace_id`,`hook_id`,`message_id`,`round`);--> statement-breakpoint
CREATE TABLE `hooks` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`number` integer NOT NULL,
	`host` text NOT NULL,
	`sealed` text,
	`events` text NOT NULL,
	`platforms` text NOT NULL,
	`state` text NOT NULL,
	`failing_since` integer,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `hooks_of_workspace` ON `hooks` (`workspace_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `hooks_by_number` ON `hooks` (`workspace_id`,`number`);--> statement-breakpoint
CREATE TABLE `incoming_hooks` (
	`workspace_id` text PRIMARY KEY NOT NULL,
	`secret_hash` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `incoming_hooks_secret` ON `incoming_hooks` (`secret_hash`);