CREATE TABLE "open_forms" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"sealed" text NOT NULL,
	"until" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "open_forms_until" ON "open_forms" USING btree ("until");