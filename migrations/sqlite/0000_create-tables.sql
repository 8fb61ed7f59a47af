CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`platform` text NOT NULL,
	`external_id` text NOT NULL,
	`handle` text NOT NULL,
	`state` text NOT NULL,
	`facts` text NOT NULL,
	`dry_run` integer NOT NULL,
	`connected_by` text NOT NULL,
	`expires_at` integer,
	`failures` integer NOT NULL,
	`paused_until` integer,
	`sealed_credentials` text,
	`credentials_version` integer NOT NULL,
	`refresh_holder` text,
	`refresh_until` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_of_workspace` ON `accounts` (`workspace_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_of_platform` ON `accounts` (`workspace_id`,`platform`,`external_id`);--> statement-breakpoint
CREATE TABLE `attempts` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`delivery_id` text NOT NULL,
	`account_id` text NOT NULL,
	`number` integer NOT NULL,
	`part` integer NOT NULL,
	`worker` text NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`outcome` text,
	`message` text,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`delivery_id`) REFERENCES `deliveries`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `attempts_of_delivery` ON `attempts` (`delivery_id`,`number`);--> statement-breakpoint
CREATE INDEX `attempts_of_account` ON `attempts` (`workspace_id`,`account_id`,`started_at`);--> statement-breakpoint
CREATE TABLE `cards` (
	`workspace_id` text NOT NULL,
	`subject` text NOT NULL,
	`chat_id` text NOT NULL,
	`channel` text NOT NULL,
	`remote_id` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `subject`, `chat_id`, `channel`),
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`,`chat_id`) REFERENCES `chats`(`workspace_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `cards_of_chat` ON `cards` (`workspace_id`,`chat_id`);--> statement-breakpoint
CREATE TABLE `chats` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`surface` text NOT NULL,
	`external_id` text NOT NULL,
	`name` text NOT NULL,
	`review_channel` text,
	`results_channel` text,
	`digest_channel` text,
	`sealed_token` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `chats_of_surface` ON `chats` (`surface`,`external_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `chats_of_workspace` ON `chats` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `decisions` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`post_id` text NOT NULL,
	`member_id` text NOT NULL,
	`revision` text NOT NULL,
	`round` integer NOT NULL,
	`kind` text NOT NULL,
	`comment` text NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`,`post_id`) REFERENCES `posts`(`workspace_id`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`,`member_id`) REFERENCES `members`(`workspace_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `decisions_once` ON `decisions` (`workspace_id`,`post_id`,`round`,`revision`,`member_id`);--> statement-breakpoint
CREATE TABLE `deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`post_id` text NOT NULL,
	`account_id` text NOT NULL,
	`platform` text NOT NULL,
	`revision` text NOT NULL,
	`state` text NOT NULL,
	`scheduled_for` integer NOT NULL,
	`due_at` integer NOT NULL,
	`attempts` integer NOT NULL,
	`key` text NOT NULL,
	`worker` text,
	`lease_until` integer,
	`progress` text NOT NULL,
	`published` text,
	`published_at` integer,
	`problem` text,
	`measured_at` integer DEFAULT 0 NOT NULL,
	`ordinal` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`,`post_id`) REFERENCES `posts`(`workspace_id`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`,`account_id`) REFERENCES `accounts`(`workspace_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `deliveries_of_post` ON `deliveries` (`workspace_id`,`post_id`);--> statement-breakpoint
CREATE INDEX `deliveries_of_account` ON `deliveries` (`workspace_id`,`account_id`);--> statement-breakpoint
CREATE INDEX `deliveries_by_state` ON `deliveries` (`workspace_id`,`state`,`updated_at`);--> statement-breakpoint
CREATE INDEX `deliveries_by_publication` ON `deliveries` (`workspace_id`,`published_at`) WHERE "deliveries"."published_at" is not null;--> statement-breakpoint
CREATE INDEX `deliveries_waiting` ON `deliveries` (`due_at`,`id`) WHERE "deliveries"."state" = 'scheduled';--> statement-breakpoint
CREATE INDEX `deliveries_held` ON `deliveries` (`lease_until`) WHERE "deliveries"."state" = 'publishing';--> statement-breakpoint
CREATE INDEX `deliveries_unsure` ON `deliveries` (`updated_at`,`id`) WHERE "deliveries"."state" = 'unsure';--> statement-breakpoint
CREATE INDEX `deliveries_live` ON `deliveries` (`published_at`) WHERE "deliveries"."state" = 'published';--> statement-breakpoint
CREATE TABLE `events` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`at` integer NOT NULL,
	`member_id` text,
	`verb` text NOT NULL,
	`subject` text NOT NULL,
	`details` text NOT NULL,
	`hash` text NOT NULL,
	`previous_hash` text NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `events_of_subject` ON `events` (`workspace_id`,`subject`,`sequence`);--> statement-breakpoint
CREATE UNIQUE INDEX `events_in_order` ON `events` (`workspace_id`,`sequence`);--> statement-breakpoint
CREATE TABLE `feed` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`key` text NOT NULL,
	`handle` text NOT NULL,
	`dry_run_of` text,
	`text` text NOT NULL,
	`media` text NOT NULL,
	`reply_to` text,
	`at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `feed_by_time` ON `feed` (`workspace_id`,`at`,`sequence`);--> statement-breakpoint
CREATE UNIQUE INDEX `feed_id` ON `feed` (`workspace_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `feed_once` ON `feed` (`workspace_id`,`key`);--> statement-breakpoint
CREATE TABLE `identities` (
	`workspace_id` text NOT NULL,
	`surface` text NOT NULL,
	`chat` text NOT NULL,
	`external_id` text NOT NULL,
	`member_id` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `surface`, `chat`, `external_id`),
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`,`member_id`) REFERENCES `members`(`workspace_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `identities_of_member` ON `identities` (`workspace_id`,`member_id`);--> statement-breakpoint
CREATE TABLE `kept_forms` (
	`workspace_id` text NOT NULL,
	`code` text NOT NULL,
	`member_id` text NOT NULL,
	`command` text NOT NULL,
	`values` text NOT NULL,
	`errors` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `code`),
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `kept_forms_by_age` ON `kept_forms` (`workspace_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `marks` (
	`workspace_id` text NOT NULL,
	`key` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `key`),
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `media` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`sha256` text NOT NULL,
	`type` text NOT NULL,
	`size` integer NOT NULL,
	`width` integer,
	`height` integer,
	`duration` integer,
	`filename` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `media_by_content` ON `media` (`workspace_id`,`sha256`);--> statement-breakpoint
CREATE TABLE `members` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`zone` text,
	`locale` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `members_of_workspace` ON `members` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `metrics` (
	`workspace_id` text NOT NULL,
	`delivery_id` text NOT NULL,
	`at` integer NOT NULL,
	`metrics` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `delivery_id`, `at`),
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`delivery_id`) REFERENCES `deliveries`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`chat_id` text NOT NULL,
	`channel` text,
	`member_id` text,
	`lane` text NOT NULL,
	`subject` text,
	`kind` text NOT NULL,
	`message` text NOT NULL,
	`state` text NOT NULL,
	`due_at` integer NOT NULL,
	`lease_until` integer,
	`attempts` integer NOT NULL,
	`problem` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`,`chat_id`) REFERENCES `chats`(`workspace_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `outbox_unsent` ON `outbox` (`lane`,`sequence`) WHERE "outbox"."state" in ('waiting', 'sending');--> statement-breakpoint
CREATE INDEX `outbox_of_chat` ON `outbox` (`workspace_id`,`chat_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_id` ON `outbox` (`id`);--> statement-breakpoint
CREATE TABLE `posts` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`number` integer NOT NULL,
	`author_id` text NOT NULL,
	`state` text NOT NULL,
	`content` text NOT NULL,
	`revision` text NOT NULL,
	`account_ids` text NOT NULL,
	`when_at` integer,
	`when_zone` text,
	`when_phrase` text,
	`round` integer NOT NULL,
	`edited` text,
	`series_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`,`author_id`) REFERENCES `members`(`workspace_id`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`,`series_id`) REFERENCES `series`(`workspace_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `posts_by_time` ON `posts` (`workspace_id`,`when_at`,`number`);--> statement-breakpoint
CREATE INDEX `posts_by_state` ON `posts` (`workspace_id`,`state`,`when_at`);--> statement-breakpoint
CREATE INDEX `posts_by_update` ON `posts` (`workspace_id`,`updated_at`);--> statement-breakpoint
CREATE INDEX `posts_of_series` ON `posts` (`workspace_id`,`series_id`) WHERE "posts"."series_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `posts_of_workspace` ON `posts` (`workspace_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `posts_by_number` ON `posts` (`workspace_id`,`number`);--> statement-breakpoint
CREATE TABLE `series` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`author_id` text NOT NULL,
	`rule` text NOT NULL,
	`phrase` text NOT NULL,
	`content` text NOT NULL,
	`account_ids` text NOT NULL,
	`approved_revision` text,
	`planned_until` integer,
	`ended_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`workspace_id`,`author_id`) REFERENCES `members`(`workspace_id`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `series_of_workspace` ON `series` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `settings` (
	`workspace_id` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `key`),
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `transcript` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`channel` text NOT NULL,
	`thread_of` text,
	`member_id` text,
	`only_for` text,
	`message` text NOT NULL,
	`at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `transcript_of_channel` ON `transcript` (`workspace_id`,`channel`,`sequence`);--> statement-breakpoint
CREATE UNIQUE INDEX `transcript_id` ON `transcript` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `workspaces` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`paused_at` integer,
	`post_count` integer DEFAULT 0 NOT NULL,
	`event_count` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL
);
