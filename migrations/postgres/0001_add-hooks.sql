CREATE TABLE "hook_calls" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"hook_id" text COLLATE "C" NOT NULL,
	"code" text NOT NULL,
	"message_id" text NOT NULL,
	"round" integer NOT NULL,
	"event" text NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"state" text NOT NULL,
	"due_at" bigint NOT NULL,
	"lease_until" bigint,
	"tries" integer NOT NULL,
	"status" integer,
	"duration" integer,
	"problem" text,
	"created_at" bigint NOT NULL,
	"ended_at" bigint,
	CONSTRAINT "hook_calls_once" UNIQUE("workspace_id","hook_id","message_id","round")
);
--> statement-breakpoint
CREATE TABLE "hooks" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"workspace_id" text COLLATE "C" NOT NULL,
	"number" integer NOT NULL,
	"host" text NOT NULL,
	"sealed" text,
	"events" json NOT NULL,
	"platforms" json NOT NULL,
	"state" text NOT NULL,
	"failing_since" bigint,
	"created_by" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "hooks_of_workspace" UNIQUE("workspace_id","id"),
	CONSTRAINT "hooks_by_number" UNIQUE("workspace_id","number")
);
--> statement-breakpoint
CREATE TABLE "incoming_hooks" (
	"workspace_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"secret_hash" text NOT NULL,
	"created_by" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "incoming_hooks_secret" UNIQUE("secret_hash")
);
--> statement-breakpoint
ALTER TABLE "hook_calls" ADD CONSTRAINT "hook_calls_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hook_calls" ADD CONSTRAINT "hook_calls_hook" FOREIGN KEY ("workspace_id","hook_id") REFERENCES "public"."hooks"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hooks" ADD CONSTRAINT "hooks_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incoming_hooks" ADD CONSTRAINT "incoming_hooks_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "hook_calls_by_time" ON "hook_calls" USING btree ("workspace_id","hook_id","created_at");--> statement-breakpoint
CREATE INDEX "hook_calls_by_code" ON "hook_calls" USING btree ("workspace_id","code");--> statement-breakpoint
CREATE INDEX "hook_calls_unsent" ON "hook_calls" USING btree ("hook_id","due_at") WHERE "hook_calls"."state" in ('waiting', 'sending');