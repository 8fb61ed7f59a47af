-- A row is seen by whoever is bound to its workspace, or to all ('*'). The migrator forces it on the owner too.
ALTER TABLE "accounts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "attempts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "cards" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "chats" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "decisions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "deliveries" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "feed" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "hook_calls" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "hooks" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "identities" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "incoming_hooks" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "kept_forms" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "marks" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "media" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "members" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "metrics" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "outbox" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "posts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "series" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "settings" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "transcript" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "workspaces" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "own_workspace" ON "accounts" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "attempts" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "cards" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "chats" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "decisions" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "deliveries" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "events" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "feed" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "hook_calls" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "hooks" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "identities" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "incoming_hooks" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "kept_forms" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "marks" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "media" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "members" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "metrics" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "outbox" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "posts" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "series" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "settings" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "transcript" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when workspace_id then 1 else 0 end <> 0);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "workspaces" AS PERMISSIVE FOR ALL TO public USING (case current_setting('crier.workspace', true) when '*' then 1 when id then 1 else 0 end <> 0);