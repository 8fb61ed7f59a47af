ALTER TABLE `media` ADD `original_id` text;--> statement-breakpoint
ALTER TABLE `media` ADD `unused_since` integer;--> statement-breakpoint
ALTER TABLE `media` ADD `leaving_since` integer;