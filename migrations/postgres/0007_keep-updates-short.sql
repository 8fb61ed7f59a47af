DROP INDEX "posts_by_update";--> statement-breakpoint
-- Room in each page for the next version of its rows: what changes no index is then written once, and beside the old one.
ALTER TABLE "deliveries" SET (fillfactor = 60);--> statement-breakpoint
ALTER TABLE "posts" SET (fillfactor = 70);--> statement-breakpoint
ALTER TABLE "attempts" SET (fillfactor = 80);
