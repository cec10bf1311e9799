-- The tables that the three subscribers keep. Engine-neutral: runs as it is on DuckDB and on BigQuery.

-- The shows that the search finds now; one that it finds no longer leaves the table.
CREATE TABLE IF NOT EXISTS spotify_podcasts (
  name STRING, description STRING, id STRING, total_episodes INT64
);

-- release_date is as Spotify writes it, in the precision beside it; release_day is set when that is a day.
-- vanished_at (UTC) is set while Spotify does not list the episode any more.
CREATE TABLE IF NOT EXISTS spotify_all_episodes (
  id STRING, name STRING, description STRING, release_date STRING, duration_ms INT64, language STRING,
  explicit BOOL, type STRING, release_date_precision STRING, release_day DATE, vanished_at DATETIME
);

CREATE TABLE IF NOT EXISTS dh_gb_episodes (
  id STRING, name STRING, description STRING, release_date STRING, duration_ms INT64, language STRING,
  explicit BOOL, type STRING, release_date_precision STRING, release_day DATE, vanished_at DATETIME
);
