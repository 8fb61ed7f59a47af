CREATE TABLE "seen" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"until" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "seen_until" ON "seen" USING btree ("until");