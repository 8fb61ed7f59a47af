ALTER TABLE "media" ADD COLUMN "original_id" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "media" ADD COLUMN "unused_since" bigint;--> statement-breakpoint
ALTER TABLE "media" ADD COLUMN "leaving_since" bigint;