CREATE TABLE "accounts" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"platform" text NOT NULL,
	"external_id" text NOT NULL,
	"handle" text NOT NULL,
	"state" text NOT NULL,
	"facts" json NOT NULL,
	"dry_run" boolean NOT NULL,
	"connected_by" text COLLATE "C" NOT NULL,
	"expires_at" bigint,
	"failures" integer NOT NULL,
	"paused_until" bigint,
	"sealed_credentials" text,
	"credentials_version" integer NOT NULL,
	"refresh_holder" text,
	"refresh_until" bigint,
	"created_at" bigint NOT NULL,
	CONSTRAINT "accounts_of_workspace" UNIQUE("workspace_id","id"),
	CONSTRAINT "accounts_of_platform" UNIQUE("workspace_id","platform","external_id")
);
--> statement-breakpoint
CREATE TABLE "attempts" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"delivery_id" text COLLATE "C" NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"number" integer NOT NULL,
	"part" integer NOT NULL,
	"worker" text NOT NULL,
	"started_at" bigint NOT NULL,
	"ended_at" bigint,
	"outcome" text,
	"message" text
);
--> statement-breakpoint
CREATE TABLE "cards" (
	"workspace_id" text COLLATE "C" NOT NULL,
	"subject" text NOT NULL,
	"chat_id" text COLLATE "C" NOT NULL,
	"channel" text NOT NULL,
	"remote_id" text NOT NULL,
	CONSTRAINT "cards_workspace_id_subject_chat_id_channel_pk" PRIMARY KEY("workspace_id","subject","chat_id","channel")
);
--> statement-breakpoint
CREATE TABLE "chats" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"surface" text NOT NULL,
	"external_id" text NOT NULL,
	"name" text NOT NULL,
	"review_channel" text,
	"results_channel" text,
	"digest_channel" text,
	"sealed_token" text,
	"created_at" bigint NOT NULL,
	CONSTRAINT "chats_of_surface" UNIQUE("surface","external_id"),
	CONSTRAINT "chats_of_workspace" UNIQUE("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"post_id" text COLLATE "C" NOT NULL,
	"member_id" text COLLATE "C" NOT NULL,
	"revision" text NOT NULL,
	"round" integer NOT NULL,
	"kind" text NOT NULL,
	"comment" text NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "decisions_once" UNIQUE("workspace_id","post_id","round","revision","member_id")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"post_id" text COLLATE "C" NOT NULL,
	"account_id" text COLLATE "C" NOT NULL,
	"platform" text NOT NULL,
	"revision" text NOT NULL,
	"state" text NOT NULL,
	"scheduled_for" bigint NOT NULL,
	"due_at" bigint NOT NULL,
	"attempts" integer NOT NULL,
	"key" text NOT NULL,
	"worker" text,
	"lease_until" bigint,
	"progress" json NOT NULL,
	"published" json,
	"published_at" bigint,
	"problem" json,
	"measured_at" bigint DEFAULT 0 NOT NULL,
	"ordinal" integer NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"sequence" integer NOT NULL,
	"at" bigint NOT NULL,
	"member_id" text COLLATE "C",
	"verb" text NOT NULL,
	"subject" text NOT NULL,
	"details" json NOT NULL,
	"hash" text NOT NULL,
	"previous_hash" text NOT NULL,
	CONSTRAINT "events_in_order" UNIQUE("workspace_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "feed" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"key" text NOT NULL,
	"handle" text NOT NULL,
	"dry_run_of" text,
	"text" text NOT NULL,
	"media" json NOT NULL,
	"reply_to" text COLLATE "C",
	"at" bigint NOT NULL,
	CONSTRAINT "feed_id" UNIQUE("workspace_id","id"),
	CONSTRAINT "feed_once" UNIQUE("workspace_id","key")
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"workspace_id" text COLLATE "C" NOT NULL,
	"surface" text NOT NULL,
	"chat" text NOT NULL,
	"external_id" text NOT NULL,
	"member_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "identities_workspace_id_surface_chat_external_id_pk" PRIMARY KEY("workspace_id","surface","chat","external_id")
);
--> statement-breakpoint
CREATE TABLE "kept_forms" (
	"workspace_id" text COLLATE "C" NOT NULL,
	"code" text NOT NULL,
	"member_id" text COLLATE "C" NOT NULL,
	"command" text NOT NULL,
	"values" json NOT NULL,
	"errors" json NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "kept_forms_workspace_id_code_pk" PRIMARY KEY("workspace_id","code")
);
--> statement-breakpoint
CREATE TABLE "marks" (
	"workspace_id" text COLLATE "C" NOT NULL,
	"key" text NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "marks_workspace_id_key_pk" PRIMARY KEY("workspace_id","key")
);
--> statement-breakpoint
CREATE TABLE "media" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"sha256" text NOT NULL,
	"type" text NOT NULL,
	"size" bigint NOT NULL,
	"width" integer,
	"height" integer,
	"duration" bigint,
	"filename" text NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "members" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"zone" text,
	"locale" text,
	"created_at" bigint NOT NULL,
	CONSTRAINT "members_of_workspace" UNIQUE("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "metrics" (
	"workspace_id" text COLLATE "C" NOT NULL,
	"delivery_id" text COLLATE "C" NOT NULL,
	"at" bigint NOT NULL,
	"metrics" json NOT NULL,
	CONSTRAINT "metrics_workspace_id_delivery_id_at_pk" PRIMARY KEY("workspace_id","delivery_id","at")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"chat_id" text COLLATE "C" NOT NULL,
	"channel" text,
	"member_id" text COLLATE "C",
	"lane" text NOT NULL,
	"subject" text,
	"kind" text NOT NULL,
	"message" json NOT NULL,
	"state" text NOT NULL,
	"due_at" bigint NOT NULL,
	"lease_until" bigint,
	"attempts" integer NOT NULL,
	"problem" text,
	"created_at" bigint NOT NULL,
	CONSTRAINT "outbox_id" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "posts" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"number" integer NOT NULL,
	"author_id" text COLLATE "C" NOT NULL,
	"state" text NOT NULL,
	"content" json NOT NULL,
	"revision" text NOT NULL,
	"account_ids" json NOT NULL,
	"when_at" bigint,
	"when_zone" text,
	"when_phrase" text,
	"round" integer NOT NULL,
	"edited" json,
	"series_id" text COLLATE "C",
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "posts_of_workspace" UNIQUE("workspace_id","id"),
	CONSTRAINT "posts_by_number" UNIQUE("workspace_id","number")
);
--> statement-breakpoint
CREATE TABLE "series" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"author_id" text COLLATE "C" NOT NULL,
	"rule" json NOT NULL,
	"phrase" text NOT NULL,
	"content" json NOT NULL,
	"account_ids" json NOT NULL,
	"approved_revision" text,
	"planned_until" bigint,
	"ended_at" bigint,
	"created_at" bigint NOT NULL,
	CONSTRAINT "series_of_workspace" UNIQUE("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"workspace_id" text COLLATE "C" NOT NULL,
	"key" text NOT NULL,
	"value" json NOT NULL,
	CONSTRAINT "settings_workspace_id_key_pk" PRIMARY KEY("workspace_id","key")
);
--> statement-breakpoint
CREATE TABLE "transcript" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"channel" text NOT NULL,
	"thread_of" text COLLATE "C",
	"member_id" text COLLATE "C",
	"only_for" text COLLATE "C",
	"message" json NOT NULL,
	"at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "transcript_id" UNIQUE("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "workspaces" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"paused_at" bigint,
	"post_count" integer DEFAULT 0 NOT NULL,
	"event_count" integer DEFAULT 0 NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_delivery_id_deliveries_id_fk" FOREIGN KEY ("delivery_id") REFERENCES "public"."deliveries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_chat" FOREIGN KEY ("workspace_id","chat_id") REFERENCES "public"."chats"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chats" ADD CONSTRAINT "chats_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_post" FOREIGN KEY ("workspace_id","post_id") REFERENCES "public"."posts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_member" FOREIGN KEY ("workspace_id","member_id") REFERENCES "public"."members"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_post" FOREIGN KEY ("workspace_id","post_id") REFERENCES "public"."posts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_account" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "feed" ADD CONSTRAINT "feed_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_member" FOREIGN KEY ("workspace_id","member_id") REFERENCES "public"."members"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kept_forms" ADD CONSTRAINT "kept_forms_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "marks" ADD CONSTRAINT "marks_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media" ADD CONSTRAINT "media_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "metrics" ADD CONSTRAINT "metrics_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "metrics" ADD CONSTRAINT "metrics_delivery_id_deliveries_id_fk" FOREIGN KEY ("delivery_id") REFERENCES "public"."deliveries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_chat" FOREIGN KEY ("workspace_id","chat_id") REFERENCES "public"."chats"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "posts" ADD CONSTRAINT "posts_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "posts" ADD CONSTRAINT "posts_author" FOREIGN KEY ("workspace_id","author_id") REFERENCES "public"."members"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "posts" ADD CONSTRAINT "posts_series" FOREIGN KEY ("workspace_id","series_id") REFERENCES "public"."series"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "series" ADD CONSTRAINT "series_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "series" ADD CONSTRAINT "series_author" FOREIGN KEY ("workspace_id","author_id") REFERENCES "public"."members"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settings" ADD CONSTRAINT "settings_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transcript" ADD CONSTRAINT "transcript_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attempts_of_delivery" ON "attempts" USING btree ("delivery_id","number");--> statement-breakpoint
CREATE INDEX "attempts_of_account" ON "attempts" USING btree ("workspace_id","account_id","started_at");--> statement-breakpoint
CREATE INDEX "cards_of_chat" ON "cards" USING btree ("workspace_id","chat_id");--> statement-breakpoint
CREATE INDEX "deliveries_of_post" ON "deliveries" USING btree ("workspace_id","post_id");--> statement-breakpoint
CREATE INDEX "deliveries_of_account" ON "deliveries" USING btree ("workspace_id","account_id");--> statement-breakpoint
CREATE INDEX "deliveries_by_state" ON "deliveries" USING btree ("workspace_id","state","updated_at");--> statement-breakpoint
CREATE INDEX "deliveries_by_publication" ON "deliveries" USING btree ("workspace_id","published_at") WHERE "deliveries"."published_at" is not null;--> statement-breakpoint
CREATE INDEX "deliveries_waiting" ON "deliveries" USING btree ("due_at","id") WHERE "deliveries"."state" = 'scheduled';--> statement-breakpoint
CREATE INDEX "deliveries_held" ON "deliveries" USING btree ("lease_until") WHERE "deliveries"."state" = 'publishing';--> statement-breakpoint
CREATE INDEX "deliveries_unsure" ON "deliveries" USING btree ("updated_at","id") WHERE "deliveries"."state" = 'unsure';--> statement-breakpoint
CREATE INDEX "deliveries_live" ON "deliveries" USING btree ("published_at") WHERE "deliveries"."state" = 'published';--> statement-breakpoint
CREATE INDEX "events_of_subject" ON "events" USING btree ("workspace_id","subject","sequence");--> statement-breakpoint
CREATE INDEX "feed_by_time" ON "feed" USING btree ("workspace_id","at","sequence");--> statement-breakpoint
CREATE INDEX "identities_of_member" ON "identities" USING btree ("workspace_id","member_id");--> statement-breakpoint
CREATE INDEX "kept_forms_by_age" ON "kept_forms" USING btree ("workspace_id","created_at");--> statement-breakpoint
CREATE INDEX "media_by_content" ON "media" USING btree ("workspace_id","sha256");--> statement-breakpoint
CREATE INDEX "outbox_unsent" ON "outbox" USING btree ("lane","sequence") WHERE "outbox"."state" in ('waiting', 'sending');--> statement-breakpoint
CREATE INDEX "outbox_of_chat" ON "outbox" USING btree ("workspace_id","chat_id");--> statement-breakpoint
CREATE INDEX "posts_by_time" ON "posts" USING btree ("workspace_id","when_at","number");--> statement-breakpoint
CREATE INDEX "posts_by_state" ON "posts" USING btree ("workspace_id","state","when_at");--> statement-breakpoint
CREATE INDEX "posts_by_update" ON "posts" USING btree ("workspace_id","updated_at");--> statement-breakpoint
CREATE INDEX "posts_of_series" ON "posts" USING btree ("workspace_id","series_id") WHERE "posts"."series_id" is not null;--> statement-breakpoint
CREATE INDEX "transcript_of_channel" ON "transcript" USING btree ("workspace_id","channel","sequence");