-- SQLite has no row-level security: what keeps teams apart here are the stores' types and their tests.
SELECT 1;
