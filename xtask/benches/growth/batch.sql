-- Texts of the demo, none like another.
INSERT INTO growth_rows (content, metadata, written_at)
SELECT
    concat(md5(batch::text || id), ' ', content),
    jsonb_build_object('channel', channel_id, 'message', message_id, 'batch', batch),
    telegram_date + batch * interval '1 second'
FROM generate_series(1, :batches) AS batch, messages
