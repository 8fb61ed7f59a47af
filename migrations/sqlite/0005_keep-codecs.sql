ALTER TABLE `media` ADD `video_codec` text;--> statement-breakpoint
ALTER TABLE `media` ADD `audio_codec` text;